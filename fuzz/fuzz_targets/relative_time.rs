//! Relative times and durations: parsed as by the reference parser.

#![no_main]

use std::time::Duration;

use cortex_audit_mock::internal::duration;
use cortex_audit_mock::internal::fixture::Moment;
use cortex_audit_mock_fuzz::{NOW, date_time, now, relative_time};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let moment = text.parse::<Moment>().and_then(|moment| moment.at(now()));
    let reference = date_time::read(NOW).and_then(|now| relative_time::moment(text, now));
    assert_eq!(moment.map(|instant| instant.to_string()).ok(), reference.map(date_time::print));
    if let Err(error) = moment {
        assert!(error.to_string().len() < 300, "{error}");
    }

    let length = duration::parse(text);
    assert_eq!(length.ok(), relative_time::length(text).map(Duration::from_millis));
    if let Ok(length) = length {
        assert_eq!(duration::parse(&format!("{}ms", length.as_millis())), Ok(length));
    }
});
