//! Rules about ranges of time.

use std::time::Duration;

use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeFailure, ProbeResult, inconclusive, mismatch_in};
use super::super::request::ProbeRequest;
use super::super::response::ObservedEntry;
use super::super::sample_range::{SampleRange, SplitTime};
use super::super::survey::{RangeSupport, instants};
use crate::contract::Timestamp;

/// Offsets in the forms: what they move an instant by must be seen in the entries.
const OFFSET_MINUTES: i64 = 330;

fn start_at(p: &mut ProbeContext<'_>, text: &str, moment: SplitTime, stretch: SampleRange) -> Result<(), ProbeFailure> {
    both(p, text, &stretch.end.to_string(), moment)
}

/// Two forms, of the moment and of the end of the stretch.
fn both(p: &mut ProbeContext<'_>, start: &str, end: &str, moment: SplitTime) -> Result<(), ProbeFailure> {
    let request = p.range_request(start, end);
    p.expect_entries(&request, &format!("those from {} on", moment.at), |seen| seen.is_from(moment.at)).map(|_| ())
}

/// Notes when entries are too far apart to see a time that is read wrongly by so much.
fn needs_gap_below(p: &mut ProbeContext<'_>, moment: SplitTime, longest: Duration) {
    if moment.gap >= longest {
        let longest = crate::duration::format(longest);
        p.add_gap(format!("it is accepted, but no two entries are less than {longest} apart to see how it is read"));
    }
}

pub fn format(p: &mut ProbeContext<'_>) -> ProbeResult {
    if let RangeSupport::Refused(difference) = p.range_support() {
        return Err(ProbeFailure::Mismatch(difference.clone()));
    }
    let (moment, stretch) = p.split_time()?;
    needs_gap_below(p, moment, Duration::from_secs(OFFSET_MINUTES.unsigned_abs() * 60));
    let east = format!("{}%2B05:30", moment.local(OFFSET_MINUTES));
    let west = format!("{}-05:30", moment.local(-OFFSET_MINUTES));
    let fraction = format!("{}.000Z", stretch.end.to_string().replace('Z', ""));
    both(p, &east, &fraction, moment)?;
    start_at(p, &west, moment, stretch)?;
    Ok(format!("startTime={east} and {west}, endTime={fraction}"))
}

pub fn zoneless(p: &mut ProbeContext<'_>) -> ProbeResult {
    let (moment, stretch) = p.split_time()?;
    needs_gap_below(p, moment, Duration::from_secs(60 * 60));
    let bare = moment.bare();
    start_at(p, &bare, moment, stretch)?;
    if !moment.minute {
        return inconclusive(
            "a time without an offset is UTC; for one without seconds no two entries have a whole minute between them",
        );
    }
    let short = bare.get(..16).unwrap_or(&bare).to_owned();
    start_at(p, &short, moment, stretch)?;
    Ok(format!("startTime={bare} and {short} mean UTC"))
}

pub fn forms(p: &mut ProbeContext<'_>) -> ProbeResult {
    let (moment, stretch) = p.split_time()?;
    needs_gap_below(p, moment, Duration::from_secs(OFFSET_MINUTES.unsigned_abs() * 60));
    let (bare, end) = (moment.bare(), stretch.end.to_string().replace('Z', ""));
    let local = moment.local(OFFSET_MINUTES);
    both(p, &format!("{bare}.5Z"), &format!("{end}.500000Z"), moment)?;
    both(p, &format!("{bare}.000000001Z"), &format!("{}z", end.replace('T', "t")), moment)?;
    start_at(p, &format!("{local}%2B0530"), moment, stretch)?;
    start_at(p, &format!("{local}+05:30"), moment, stretch)?;
    Ok("fractions of 1, 6 and 9 digits, t and z, +0530, and an unescaped + are read".to_owned())
}

pub fn range(p: &mut ProbeContext<'_>) -> ProbeResult {
    if let RangeSupport::Wrong(difference) = p.range_support() {
        return Err(ProbeFailure::Mismatch(difference.clone()));
    }
    let (_, stretch) = p.split_time()?;
    let request = between(p, stretch.end, stretch.start);
    p.expect_entries(&request, "startTime is after endTime", |_| false)?;
    let Some((at, step)) = precise(p.sample()) else { return inconclusive("there are no entries") };
    let around = between(p, at.saturating_sub(step), at.saturating_add(step));
    if !p.returns_entries(&around, |seen| near(seen, at, step))? {
        return inconclusive("fractions of seconds are not compared, see RES-FRACTION");
    }
    let request = between(p, at, at);
    p.expect_entries(&request, "both ends are part of the range", |seen| seen.at == Some(at))?;
    Ok(format!("startTime=endTime={at} has what happened then; the reverse range has nothing"))
}

pub fn fraction(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = p.sample_request("");
    for seen in p.sample() {
        if let Some(text) = seen.text("timestamp").filter(|text| !well_printed(text)) {
            return mismatch_in(
                &request,
                "a fraction of 3, 6 or 9 digits as needed, or none",
                format!("\"timestamp\":\"{text}\""),
            );
        }
    }
    p.split_time()?;
    let Some((at, step)) = precise(p.sample()) else { return inconclusive("there are no entries") };
    let twice = at.saturating_add(step).saturating_add(step);
    let around = between(p, at.saturating_sub(step), at.saturating_add(step));
    if p.ask(&around)?.page().is_none() {
        return inconclusive("a time with such a fraction is refused, see TIME-FORMS");
    }
    p.expect_entries(&around, &format!("what happened at {at}"), |seen| near(seen, at, step))?;
    let after = between(p, at.saturating_add(step), twice);
    let later = at.saturating_add(step);
    p.expect_entries(&after, &format!("nothing of {at}"), |seen| seen.is_from(later) && seen.is_until(twice))?;
    if !at.to_string().contains('.') {
        p.add_gap("every entry is at a whole second");
    }
    Ok(format!("each has 0, 3, 6 or 9 digits; {at} is told from {later}"))
}

fn between(p: &ProbeContext<'_>, start: Timestamp, end: Timestamp) -> ProbeRequest {
    p.range_request(&start.to_string(), &end.to_string())
}

fn near(seen: &ObservedEntry, at: Timestamp, step: Duration) -> bool {
    seen.is_from(at.saturating_sub(step)) && seen.is_until(at.saturating_add(step))
}

/// The instant of an entry with the longest fraction, alone in its second if there is one, and its last digit's worth.
fn precise(sample: &[ObservedEntry]) -> Option<(Timestamp, Duration)> {
    const SECOND: Duration = Duration::from_secs(1);

    let instants = instants(sample);
    let alone = |index: usize| {
        let at = instants[index];
        let before = index == 0 || at.since(instants[index - 1]) > SECOND;
        before && instants.get(index + 1).is_none_or(|next| next.since(at) > SECOND)
    };
    let best = (0..instants.len()).max_by_key(|index| (instants[*index].to_string().len(), alone(*index)))?;
    let at = instants[best];
    let step = match at.to_string().len() {
        ..=24 => Duration::from_millis(1),
        25..=27 => Duration::from_micros(1),
        _ => Duration::from_nanos(1),
    };
    Some((at, step))
}

/// Whether a timestamp's fraction is as the JVM prints one: thousandths, millionths or billionths, no more than needed.
fn well_printed(timestamp: &str) -> bool {
    let Some((_, rest)) = timestamp.split_once('.') else { return true };
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    matches!(digits.len(), 3 | 6 | 9) && !digits.ends_with("000")
}
