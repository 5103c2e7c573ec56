//! What befalls a fleet from outside.

/// How a zone is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneLoss {
    /// Its hosts are gone: they neither serve nor report, and EC2's status checks fail.
    Hard,
    /// Its hosts live and are cut off: they report idle processors, which dilutes the group's average.
    Network,
    /// The load balancer leaves the zone at once, as in a zonal shift; hosts are healthy, idle and not replaced.
    LoadBalancer,
}

/// What befalls a fleet, at seconds from the start of the load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A zone, by its index, is lost.
    ZoneDown {
        /// When.
        at: i64,
        /// Which.
        zone: usize,
        /// How.
        how: ZoneLoss,
    },
    /// A zone is back.
    ZoneUp {
        /// When.
        at: i64,
        /// Which.
        zone: usize,
    },
    /// A zone cannot give hosts for a while.
    LaunchesFail {
        /// From when.
        from: i64,
        /// Until when.
        to: i64,
        /// Which zone.
        zone: usize,
    },
    /// Hosts of a zone stop, of those that serve; EC2's checks notice, and the load balancer's.
    HostsFail {
        /// When.
        at: i64,
        /// In which zone.
        zone: usize,
        /// How many.
        count: u32,
    },
    /// No metric arrives for a while.
    MetricGap {
        /// From when.
        from: i64,
        /// Until when.
        to: i64,
    },
}
