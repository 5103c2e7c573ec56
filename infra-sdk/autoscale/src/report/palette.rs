//! The colours of charts: each once for light and once for dark pages, which a style sheet exchanges by the attribute's value.

use plotters::style::RGBColor;

macro_rules! colours {
    ($($(#[$doc:meta])* $name:ident = ($r:literal, $g:literal, $b:literal), $dark:literal;)*) => {
        $($(#[$doc])* pub(super) const $name: RGBColor = RGBColor($r, $g, $b);)*
        /// Each colour with what it is on a dark page.
        const ALL: &[(RGBColor, &str)] = &[$(($name, $dark)),*];
    };
}

colours! {
    /// Text.
    TEXT = (0x1f, 0x29, 0x37), "#e5e7eb";
    /// Text that matters less.
    MUTED = (0x6b, 0x72, 0x80), "#9ca3af";
    /// Lines behind the data.
    GRID = (0xe4, 0xe6, 0xeb), "#2b3340";
    /// Requests.
    LOAD = (0x0f, 0x76, 0x6e), "#2dd4bf";
    /// Hosts that serve.
    SERVING = (0x25, 0x63, 0xeb), "#60a5fa";
    /// Hosts that are wanted.
    WANTED = (0x93, 0x33, 0xea), "#c084fc";
    /// Mean processor load.
    CPU = (0xd9, 0x62, 0x1c), "#fb923c";
    /// What was asked for, and what must not be reached.
    PEAK = (0xb9, 0x1c, 0x1c), "#f87171";
    /// Answer times.
    LATENCY = (0xa1, 0x62, 0x07), "#facc15";
    /// Money.
    COST = (0x15, 0x80, 0x3d), "#4ade80";
    /// An alarm that is well.
    OK = (0xa7, 0xd8, 0xb8), "#2f6b46";
    /// An alarm that lacks data.
    UNSURE = (0xcb, 0xd0, 0xd8), "#465061";
}

/// The rules by which a dark page exchanges them.
pub(super) fn dark() -> String {
    let rule = |(RGBColor(r, g, b), dark): &(RGBColor, &str)| {
        let light = format!("#{r:02X}{g:02X}{b:02X}");
        format!("svg [fill=\"{light}\"]{{fill:{dark}}}svg [stroke=\"{light}\"]{{stroke:{dark}}}")
    };
    ALL.iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_colours_are_the_same_so_that_each_has_its_own_rule() {
        for (index, (colour, _)) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|(other, _)| other != colour), "{colour:?}");
        }
        assert!(dark().contains("svg [stroke=\"#2563EB\"]{stroke:#60a5fa}"));
    }
}
