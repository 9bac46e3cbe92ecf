//! Date-times: read as a second reader reads them, printed so that they are read again.

#![no_main]

use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock_fuzz::date_time;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let read = text.parse::<Timestamp>();
    assert_eq!(read, text.parse(), "the same twice");
    assert_eq!(read.ok().map(|instant| instant.to_string()), date_time::read(text).map(date_time::print));
    if let Ok(instant) = read {
        let printed = instant.to_string();
        assert_eq!(printed.parse(), Ok(instant));
        assert_eq!(serde_json::to_value(instant).expect("JSON"), printed);
    }
});
