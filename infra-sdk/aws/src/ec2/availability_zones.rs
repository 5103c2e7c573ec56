//! Which zones a region has.

use infra_core::Lookup;
use serde::{Deserialize, Serialize};

/// Asks for the zones of the region that can be used now, sorted by name:
/// `stack.lookup(ec2::AvailabilityZones::new())?`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityZones {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    local_zones: bool,
}

impl AvailabilityZones {
    /// The zones of the region itself.
    pub fn new() -> AvailabilityZones {
        AvailabilityZones::default()
    }

    /// Also the local zones, near large cities, that the account has opted in to.
    #[must_use]
    pub fn with_local_zones(mut self) -> AvailabilityZones {
        self.local_zones = true;
        self
    }
}

impl Lookup for AvailabilityZones {
    const KIND: &'static str = "aws:ec2/availability-zones";
    /// The zones' names, as in `us-west-2a`.
    type Answer = Vec<String>;
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{AvailabilityZone, AvailabilityZoneState, Filter};
    use infra_apply::ProviderError;

    use super::AvailabilityZones;
    use crate::sdk::{Answers, failed};

    impl Answers for AvailabilityZones {
        type Client = Client;

        async fn answer(&self, client: &Client) -> Result<Vec<String>, ProviderError> {
            let usable = Filter::builder().name("state").values("available").build();
            let call = client.describe_availability_zones().filters(usable);
            let answer = call.send().await.map_err(failed("DescribeAvailabilityZones"))?;
            Ok(self.choose(answer.availability_zones()))
        }
    }

    impl AvailabilityZones {
        fn choose(&self, zones: &[AvailabilityZone]) -> Vec<String> {
            let fits = |zone: &&AvailabilityZone| {
                let kind = zone.zone_type().unwrap_or("availability-zone");
                let usable = matches!(zone.state(), None | Some(AvailabilityZoneState::Available));
                usable && (kind == "availability-zone" || self.local_zones && kind == "local-zone")
            };
            let mut names: Vec<String> = zones.iter().filter(fits).filter_map(|zone| zone.zone_name()).map(str::to_owned).collect();
            names.sort();
            names
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn local_zones_come_on_request_and_what_is_down_never() {
            let zone = |name: &str, kind: &str, state: AvailabilityZoneState| {
                AvailabilityZone::builder().zone_name(name).zone_type(kind).state(state).build()
            };
            let zones = [
                zone("us-west-2b", "availability-zone", AvailabilityZoneState::Available),
                zone("us-west-2-lax-1a", "local-zone", AvailabilityZoneState::Available),
                zone("us-west-2a", "availability-zone", AvailabilityZoneState::Available),
                zone("us-west-2c", "availability-zone", AvailabilityZoneState::Unavailable),
                zone("us-west-2-wl1-las-wlz-1", "wavelength-zone", AvailabilityZoneState::Available),
            ];
            assert_eq!(AvailabilityZones::new().choose(&zones), ["us-west-2a", "us-west-2b"]);
            let all = AvailabilityZones::new().with_local_zones().choose(&zones);
            assert_eq!(all, ["us-west-2-lax-1a", "us-west-2a", "us-west-2b"]);
        }
    }
}
