//! Date-times: parsed as by the reference parser, and formatted so that they parse to the same instant.

#![no_main]

use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock_fuzz::date_time;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parsed = text.parse::<Timestamp>();
    assert_eq!(parsed, text.parse(), "parsing is deterministic");
    assert_eq!(parsed.ok().map(|instant| instant.to_string()), date_time::read(text).map(date_time::print));
    if let Ok(instant) = parsed {
        let formatted = instant.to_string();
        assert_eq!(formatted.parse(), Ok(instant));
        assert_eq!(serde_json::to_value(instant).expect("JSON"), formatted);
    }
});
