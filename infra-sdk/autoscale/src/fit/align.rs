//! Requests and processor load of the same minute, and minutes in which hosts were as they stay.

use super::Measurement;

/// The minutes, from -2 to 2, by which processor load comes after requests: the shift with the best rank correlation, and none
/// where others are hardly better.
pub(super) fn lag(rows: &[Measurement], warm_up: usize) -> i64 {
    let correlation = |lag: i64| {
        let pairs: Vec<_> = settled(&aligned(rows, lag), warm_up).into_iter().map(|row| (row.rpm / row.hosts, row.cpu)).collect();
        rank_correlation(&pairs)
    };
    let straight = correlation(0);
    let (mut best, mut most) = (0, straight + 0.005);
    for lag in [-1, 1, -2, 2] {
        let shifted = correlation(lag);
        if shifted > most {
            (best, most) = (lag, shifted);
        }
    }
    best
}

/// The rows with each minute's requests beside the processor load `lag` rows later, without those that lack a number.
pub(super) fn aligned(rows: &[Measurement], lag: i64) -> Vec<Measurement> {
    let shifted = |index: usize| usize::try_from(index as i64 + lag).ok().and_then(|index| rows.get(index));
    let joined = rows.iter().enumerate().filter_map(|(index, row)| {
        let later = shifted(index)?;
        Some(Measurement { cpu: later.cpu, ..*row })
    });
    joined.filter(|row| row.rpm.is_finite() && row.cpu.is_finite() && row.hosts >= 1.0).collect()
}

/// The rows whose hosts were the same for the last `warm_up` rows.
pub(super) fn settled(rows: &[Measurement], warm_up: usize) -> Vec<Measurement> {
    let same = |index: usize| rows[index.saturating_sub(warm_up)..=index].iter().all(|row| row.hosts == rows[index].hosts);
    (0..rows.len()).filter(|index| same(*index)).map(|index| rows[index]).collect()
}

/// Spearman's correlation: that of the ranks.
fn rank_correlation(pairs: &[(f64, f64)]) -> f64 {
    if pairs.len() < 3 {
        return 0.0;
    }
    let (x, y) = (ranks(pairs.iter().map(|pair| pair.0)), ranks(pairs.iter().map(|pair| pair.1)));
    let mean = (pairs.len() as f64 - 1.0) / 2.0;
    let sum = |f: &dyn Fn(usize) -> f64| (0..pairs.len()).map(f).sum::<f64>();
    let both = sum(&|index| (x[index] - mean) * (y[index] - mean));
    let spread = sum(&|index| (x[index] - mean).powi(2)) * sum(&|index| (y[index] - mean).powi(2));
    if spread > 0.0 { both / spread.sqrt() } else { 0.0 }
}

/// Ranks from 0; equal values share the mean of theirs.
fn ranks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let end = (start..order.len()).find(|index| values[order[*index]] != values[order[start]]).unwrap_or(order.len());
        for index in &order[start..end] {
            ranks[*index] = (start + end - 1) as f64 / 2.0;
        }
        start = end;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(lag: i64) -> Vec<Measurement> {
        let rpm = |minute: i64| 1000.0 + 500.0 * (minute as f64 * 0.7).sin() + 13.0 * (minute as f64 * 2.3).cos();
        let row = |minute: i64| Measurement { at: minute * 60, rpm: rpm(minute), cpu: rpm(minute - lag) / 40.0, hosts: 1.0, latency: None };
        (0..60).map(row).collect()
    }

    #[test]
    fn a_shift_is_found_and_taken_back() {
        for shift in -2..=2 {
            assert_eq!(lag(&wave(shift), 3), shift);
            assert!(aligned(&wave(shift), shift).iter().all(|row| (row.rpm / 40.0 - row.cpu).abs() < 1e-9));
        }
    }

    #[test]
    fn equal_values_share_their_rank() {
        assert_eq!(ranks([5.0, 1.0, 5.0].into_iter()), [1.5, 0.0, 1.5]);
    }
}
