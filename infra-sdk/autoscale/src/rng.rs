//! Numbers that look random and are a function of a seed and a counter, so that no order of threads changes them.

/// The `counter`-th number of the sequence of `seed`: SplitMix64's mixing of the two.
pub(crate) fn bits(seed: u64, counter: u64) -> u64 {
    let mut z = seed.wrapping_add(counter.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The same, from 0 up to but without 1.
pub(crate) fn unit(seed: u64, counter: u64) -> f64 {
    (bits(seed, counter) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The same, from 0 up to but without `end`; 0 where `end` is 0.
pub(crate) fn below(seed: u64, counter: u64, end: usize) -> usize {
    ((u128::from(bits(seed, counter)) * end as u128) >> 64) as usize
}

/// A standard normal number, by the sum of twelve: exact enough for noise, and the same on every machine.
#[cfg(test)]
pub(crate) fn normal(seed: u64, counter: u64) -> f64 {
    (0..12).map(|i| unit(seed, counter * 12 + i)).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_their_range_and_spread_over_it() {
        let mean = (0..10_000).map(|i| unit(7, i)).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        assert!((0..1000).all(|i| below(3, i, 10) < 10) && below(3, 1, 0) == 0);
        assert_ne!(bits(1, 0), bits(2, 0));
    }
}
