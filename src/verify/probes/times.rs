//! Probes of ranges of time.

use std::time::Duration;

use chrono::TimeDelta;

use crate::contract::Timestamp;
use crate::contract::query::Offsets;
use crate::verify::context::{
    ProbeContext, ProbeFailure, ProbeResponse, ProbeResult, inconclusive, mismatch_in, require,
};
use crate::verify::response::EntryCounts;
use crate::verify::sample_range::{SampleRange, SplitTime};
use crate::verify::survey::{RangeSupport, distinct_times};

/// Offset in the spellings: the entries must show when it is ignored.
const OFFSET: Duration = Duration::from_secs(330 * 60);
/// Minutes east of UTC, and the offset in a query string.
const OFFSETS: [(i64, &str); 2] = [(330, "%2B05:30"), (-330, "-05:30")];

/// Requires that spellings of the split time and of the end of the sample are understood.
fn expect_spellings(p: &mut ProbeContext<'_>, split: SplitTime, start: &str, end: &str) -> ProbeResult<()> {
    let description = format!("those from {} on", split.at);
    p.expect_entries(p.range_request(start, end), &description, |entry| entry.is_from(split.at))
}

/// Notes that entries are too far apart to see a time that is read wrongly by this much.
fn require_gap_below(p: &mut ProbeContext<'_>, split: SplitTime, error: Duration) {
    let distance = crate::duration::format(error);
    let why = format!("it is accepted, but no two entries are less than {distance} apart to see how it is read");
    p.add_gap_unless(split.gap < error, why);
}

pub fn format(p: &mut ProbeContext<'_>) -> ProbeResult {
    if let RangeSupport::Refused(mismatch) = p.range_support() {
        return Err(ProbeFailure::Mismatch(mismatch.clone()));
    }
    let (split, range) = p.split_time()?;
    let (start, end) = (utc(split), range.end.to_string().replace('Z', ".000Z"));
    expect_spellings(p, split, &start, &end)?;
    Ok(format!("startTime={start}, endTime={end}"))
}

/// The split time with `Z`.
fn utc(split: SplitTime) -> String {
    split.in_offset(0) + "Z"
}

/// Sends one instant without an offset, with `Z`, and with offsets east and west.
pub fn offset(p: &mut ProbeContext<'_>) -> ProbeResult {
    let (split, range) = p.split_time()?;
    require_gap_below(p, split, OFFSET);
    let (zoneless, utc, end) = (split.in_offset(0), utc(split), range.end.to_string());
    for (minutes, suffix) in OFFSETS {
        let local = format!("{}{suffix}", split.in_offset(minutes));
        let response = p.ask(p.range_request(&local, &end))?;
        let Some(page) = response.page() else {
            return offset_mismatch(p, &response, &utc, Offsets::Refused.as_str());
        };
        let has_those_from = |at: Timestamp| {
            EntryCounts::new(page) == EntryCounts::new(p.sample().iter().filter(|entry| entry.is_from(at)))
        };
        if !has_those_from(split.at) {
            // Without the offset, the local digits are those of an instant in UTC.
            let digits = split.at.checked_add(TimeDelta::minutes(minutes));
            let is_ignored = digits.is_some_and(has_those_from);
            let how = if is_ignored { Offsets::Ignored.as_str() } else { "read in a way of its own" };
            return offset_mismatch(p, &response, &utc, how);
        }
    }
    let works = p.returns(p.range_request(&zoneless, &end), |entry| entry.is_from(split.at))?;
    let zoneless = if works { format!(", {zoneless}") } else { String::new() };
    let [east, west] = OFFSETS.map(|(minutes, suffix)| split.in_offset(minutes) + suffix);
    Ok(format!("offsets are honoured: startTime={utc}{zoneless}, {east} and {west} are one instant"))
}

fn offset_mismatch<T>(p: &ProbeContext<'_>, response: &ProbeResponse, utc: &str, how: &str) -> ProbeResult<T> {
    let answered = format!("offsets are {how}: {}", p.client.describe(response));
    mismatch_in(response, format!("offsets are honoured: 200 with the entries from {utc} on"), answered)
}

pub fn zoneless(p: &mut ProbeContext<'_>) -> ProbeResult {
    let (split, range) = p.split_time()?;
    require_gap_below(p, split, Duration::from_secs(60 * 60));
    let (bare, end) = (split.in_offset(0), range.end.to_string());
    expect_spellings(p, split, &bare, &end)?;
    require(
        split.is_whole_minute,
        "a time without an offset is UTC; for one without seconds no two entries have a whole minute between them",
    )?;
    let short = bare.get(..16).unwrap_or(&bare);
    expect_spellings(p, split, short, &end)?;
    Ok(format!("startTime={bare} and {short} mean UTC"))
}

pub fn forms(p: &mut ProbeContext<'_>) -> ProbeResult {
    let (split, range) = p.split_time()?;
    let [(minutes, suffix), _] = OFFSETS;
    let (bare, local, end) = (split.in_offset(0), split.in_offset(minutes), range.end.to_string());
    expect_spellings(p, split, &format!("{bare}.5Z"), &end.replace('Z', ".500000Z"))?;
    expect_spellings(p, split, &format!("{bare}.000000001Z"), &end.to_ascii_lowercase())?;
    let is_honoured = p.returns(p.range_request(&format!("{local}{suffix}"), &end), |entry| entry.is_from(split.at))?;
    require(
        is_honoured,
        "offsets are not honoured, see TIME-OFFSET; fractions of 1, 6 and 9 digits, t and z are read",
    )?;
    require_gap_below(p, split, OFFSET);
    expect_spellings(p, split, &format!("{local}%2B0530"), &end)?;
    expect_spellings(p, split, &format!("{local}+05:30"), &end)?;
    Ok("fractions of 1, 6 and 9 digits, t and z, +0530, and an unescaped + are read".to_owned())
}

pub fn range(p: &mut ProbeContext<'_>) -> ProbeResult {
    if let RangeSupport::Wrong(mismatch) = p.range_support() {
        return Err(ProbeFailure::Mismatch(mismatch.clone()));
    }
    let (_, range) = p.split_time()?;
    let reverse = p.entries_request(SampleRange { start: range.end, end: range.start });
    p.expect_entries(reverse, "startTime is after endTime", |_| false)?;
    let (at, step) = most_precise(p)?;
    let around = SampleRange { start: at.saturating_sub(step), end: at.saturating_add(step) };
    let works = p.returns(p.entries_request(around), |entry| entry.is_in(around))?;
    require(works, "fractions of seconds are not compared, see RES-FRACTION")?;
    let instant = p.entries_request(SampleRange { start: at, end: at });
    p.expect_entries(instant, "both ends are part of the range", |entry| entry.timestamp == Some(at))?;
    Ok(format!("startTime=endTime={at} has what happened then; the reverse range has nothing"))
}

pub fn fraction(p: &mut ProbeContext<'_>) -> ProbeResult {
    let response = p.ask(p.sample_request(""))?;
    let mut texts = p.sample().iter().filter_map(|entry| entry.text("timestamp"));
    if let Some(text) = texts.find(|text| !has_usual_fraction(text)) {
        let expected = "a fraction of 3, 6 or 9 digits as needed, or none";
        return mismatch_in(&response, expected, format!("\"timestamp\":\"{text}\""));
    }
    p.split_time()?;
    let (at, step) = most_precise(p)?;
    let around = SampleRange { start: at.saturating_sub(step), end: at.saturating_add(step) };
    let request = p.entries_request(around);
    let is_page = p.ask(request.clone())?.page().is_some();
    require(is_page, "a time with such a fraction is refused, see TIME-FORMS")?;
    p.expect_entries(request, &format!("what happened at {at}"), |entry| entry.is_in(around))?;
    let after = SampleRange { start: around.end, end: around.end.saturating_add(step) };
    p.expect_entries(p.entries_request(after), &format!("nothing of {at}"), |entry| entry.is_in(after))?;
    p.add_gap_unless(at.to_string().contains('.'), "every entry is at a whole second");
    Ok(format!("each has 0, 3, 6 or 9 digits; {at} is distinguished from {}", after.start))
}

/// The instant of an entry with the longest fraction, alone in its second if there is such a one, and one unit of its last
/// digit.
fn most_precise(p: &ProbeContext<'_>) -> ProbeResult<(Timestamp, Duration)> {
    const SECOND: Duration = Duration::from_secs(1);

    let times = distinct_times(p.sample());
    let is_apart = |earlier: usize| times.get(earlier + 1).is_none_or(|next| next.since(times[earlier]) > SECOND);
    let is_alone = |index: usize| is_apart(index) && (index == 0 || is_apart(index - 1));
    let best = (0..times.len()).max_by_key(|index| (times[*index].to_string().len(), is_alone(*index)));
    let Some(best) = best else { return inconclusive("there are no entries") };
    let step = match times[best].to_string().len() {
        ..=24 => Duration::from_millis(1),
        25..=27 => Duration::from_micros(1),
        _ => Duration::from_nanos(1),
    };
    Ok((times[best], step))
}

/// Whether a timestamp's fraction is as the JVM prints one: thousandths, millionths or billionths, no more than needed.
fn has_usual_fraction(timestamp: &str) -> bool {
    let Some((_, rest)) = timestamp.split_once('.') else { return true };
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    matches!(digits.len(), 3 | 6 | 9) && !digits.ends_with("000")
}
