//! How long something takes and how much memory, before it begins: in words as rough as the figures are.

/// Seconds in words.
pub(super) fn time(seconds: f64) -> String {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 60.0 * MINUTE;
    const DAY: f64 = 24.0 * HOUR;
    if seconds < 10.0 {
        "a few seconds".to_owned()
    } else if seconds < 1.5 * MINUTE {
        format!("{:.0} seconds", (seconds / 10.0).round() * 10.0)
    } else if seconds < 1.5 * HOUR {
        format!("{:.0} minutes", seconds / MINUTE)
    } else if seconds < 2.0 * DAY {
        format!("{:.0} hours", seconds / HOUR)
    } else {
        format!("{:.0} days", seconds / DAY)
    }
}

/// Bytes in words.
pub(super) fn memory(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    if megabytes < 100.0 {
        "below 100 MB".to_owned()
    } else if megabytes < 1000.0 {
        format!("{:.0} MB", (megabytes / 10.0).round() * 10.0)
    } else {
        format!("{:.1} GB", megabytes / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_no_more_exact_than_they_can_be() {
        let words = [0.3, 44.0, 100.0, 4000.0, 20_000.0, 1e6].map(time);
        assert_eq!(words, ["a few seconds", "40 seconds", "2 minutes", "67 minutes", "6 hours", "12 days"]);
        let words = [5, 123_456_789, 5_240_000_000].map(memory);
        assert_eq!(words, ["below 100 MB", "120 MB", "5.2 GB"]);
    }
}
