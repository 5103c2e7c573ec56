//! Instance types by what they have, instead of by name.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// Whether instance types of a sort are taken.
    pub enum Inclusion {
        /// They are, among others.
        Included = "included",
        /// Only they are.
        Required = "required",
        /// They are not.
        Excluded = "excluded",
    }
}

/// A range of whole numbers; an end that is not given is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct CountRange {
    /// At least.
    pub min: Option<i32>,
    /// At most.
    pub max: Option<i32>,
}

/// A range of numbers; an end that is not given is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct AmountRange {
    /// At least.
    pub min: Option<f64>,
    /// At most.
    pub max: Option<f64>,
}

impl CountRange {
    /// `min` or more.
    pub fn at_least(min: i32) -> CountRangeBuilder {
        CountRange::new().min(min)
    }

    /// From `min` to `max`.
    pub fn between(min: i32, max: i32) -> CountRangeBuilder {
        CountRange::new().min(min).max(max)
    }
}

/// What an instance type must have; any type that has it all is taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct InstanceRequirements {
    /// How many virtual processors; `min` is needed.
    #[input(cloud = "VCpuCount", unlike_cloud = "the API requires it")]
    pub vcpu_count: CountRange,
    /// How much memory, in MiB; `min` is needed.
    #[input(cloud = "MemoryMiB", unlike_cloud = "the API requires it")]
    pub memory_mib: CountRange,
    /// How much memory for each virtual processor, in GiB.
    #[input(cloud = "MemoryGiBPerVCpu")]
    pub memory_gib_per_vcpu: Option<AmountRange>,
    /// Whose processors: `intel`, `amd`, `amazon-web-services` or `apple`. Default: anyone's.
    #[input(set)]
    pub cpu_manufacturers: Option<Vec<String>>,
    /// Types to take, with `*` for any letters. Default: all. Not together with `excluded_instance_types`.
    #[input(set)]
    pub allowed_instance_types: Option<Vec<String>>,
    /// Types not to take, with `*` for any letters.
    #[input(set)]
    pub excluded_instance_types: Option<Vec<String>>,
    /// `current`, `previous` or both. Default: any.
    #[input(set)]
    pub instance_generations: Option<Vec<String>>,
    /// Whether types without a hypervisor are taken. Default: excluded.
    pub bare_metal: Option<Inclusion>,
    /// Whether burstable types (t2, t3, …) are taken. Default: excluded.
    pub burstable_performance: Option<Inclusion>,
    /// Whether it must be able to hibernate. Default: false.
    pub require_hibernate_support: Option<bool>,
    /// Whether types with disks of the host are taken. Default: included.
    pub local_storage: Option<Inclusion>,
    /// The sort of the host's disks: `hdd`, `ssd` or both. Default: any.
    #[input(set)]
    pub local_storage_types: Option<Vec<String>>,
    /// How much disk of the host, in GB.
    #[input(cloud = "TotalLocalStorageGB")]
    pub total_local_storage_gb: Option<AmountRange>,
    /// How many network interfaces.
    pub network_interface_count: Option<CountRange>,
    /// How much network bandwidth, in gigabits a second.
    pub network_bandwidth_gbps: Option<AmountRange>,
    /// How much bandwidth to volumes at all times, in megabits a second.
    pub baseline_ebs_bandwidth_mbps: Option<CountRange>,
    /// How many accelerators; at most 0 excludes them.
    pub accelerator_count: Option<CountRange>,
    /// Whose accelerators: `nvidia`, `amd`, `amazon-web-services`, `xilinx` or `habana`. Default: anyone's.
    #[input(set)]
    pub accelerator_manufacturers: Option<Vec<String>>,
    /// Which accelerators, as in `a100`, `t4` or `inferentia`. Default: any.
    #[input(set)]
    pub accelerator_names: Option<Vec<String>>,
    /// How much memory all accelerators have, in MiB.
    #[input(cloud = "AcceleratorTotalMemoryMiB")]
    pub accelerator_total_memory_mib: Option<CountRange>,
    /// What sort of accelerators: `gpu`, `fpga`, `inference` or `media`. Default: any.
    #[input(set)]
    pub accelerator_types: Option<Vec<String>>,
    /// How much more than the cheapest matching type a spot instance may cost, in percent. Default: 100.
    pub spot_max_price_percentage_over_lowest_price: Option<i32>,
    /// The most that a spot instance may cost, in percent of the cheapest on-demand price.
    pub max_spot_price_as_percentage_of_optimal_on_demand_price: Option<i32>,
    /// How much more than the cheapest matching type an on-demand instance may cost, in percent. Default: 20.
    pub on_demand_max_price_percentage_over_lowest_price: Option<i32>,
    /// Instance families, as in `c6i`, whose processors are the least fast that are taken.
    #[input(cloud = "BaselinePerformanceFactors/Cpu/References", set)]
    pub baseline_cpu_families: Option<Vec<String>>,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::types as sdk;

    use super::{AmountRange, CountRange, Inclusion, InstanceRequirements};
    use crate::sdk::some_list;

    macro_rules! range {
        ($range:expr, $request:ident) => {
            sdk::$request::builder().set_min($range.min).set_max($range.max).build()
        };
    }

    macro_rules! words {
        ($words:expr) => {
            $words.as_ref().map(|words| words.iter().map(|word| word.as_str().into()).collect())
        };
    }

    impl InstanceRequirements {
        /// For a launch template.
        pub(crate) fn to_template(&self) -> sdk::InstanceRequirementsRequest {
            sdk::InstanceRequirementsRequest::builder()
                .v_cpu_count(range!(self.vcpu_count, VCpuCountRangeRequest))
                .memory_mib(range!(self.memory_mib, MemoryMiBRequest))
                .set_memory_gib_per_v_cpu(self.memory_gib_per_vcpu.as_ref().map(|range| range!(range, MemoryGiBPerVCpuRequest)))
                .set_cpu_manufacturers(words!(self.cpu_manufacturers))
                .set_allowed_instance_types(self.allowed_instance_types.clone())
                .set_excluded_instance_types(self.excluded_instance_types.clone())
                .set_instance_generations(words!(self.instance_generations))
                .set_bare_metal(self.bare_metal.map(|word| word.as_str().into()))
                .set_burstable_performance(self.burstable_performance.map(|word| word.as_str().into()))
                .set_require_hibernate_support(self.require_hibernate_support)
                .set_local_storage(self.local_storage.map(|word| word.as_str().into()))
                .set_local_storage_types(words!(self.local_storage_types))
                .set_total_local_storage_gb(self.total_local_storage_gb.as_ref().map(|range| range!(range, TotalLocalStorageGbRequest)))
                .set_network_interface_count(self.network_interface_count.as_ref().map(|range| range!(range, NetworkInterfaceCountRequest)))
                .set_network_bandwidth_gbps(self.network_bandwidth_gbps.as_ref().map(|range| range!(range, NetworkBandwidthGbpsRequest)))
                .set_baseline_ebs_bandwidth_mbps(
                    self.baseline_ebs_bandwidth_mbps.as_ref().map(|range| range!(range, BaselineEbsBandwidthMbpsRequest)),
                )
                .set_accelerator_count(self.accelerator_count.as_ref().map(|range| range!(range, AcceleratorCountRequest)))
                .set_accelerator_manufacturers(words!(self.accelerator_manufacturers))
                .set_accelerator_names(words!(self.accelerator_names))
                .set_accelerator_total_memory_mib(
                    self.accelerator_total_memory_mib.as_ref().map(|range| range!(range, AcceleratorTotalMemoryMiBRequest)),
                )
                .set_accelerator_types(words!(self.accelerator_types))
                .set_spot_max_price_percentage_over_lowest_price(self.spot_max_price_percentage_over_lowest_price)
                .set_max_spot_price_as_percentage_of_optimal_on_demand_price(self.max_spot_price_as_percentage_of_optimal_on_demand_price)
                .set_on_demand_max_price_percentage_over_lowest_price(self.on_demand_max_price_percentage_over_lowest_price)
                .set_baseline_performance_factors(self.baseline_cpu_families.as_deref().map(baseline))
                .build()
        }

        /// As a launch template has it.
        pub(crate) fn from_template(told: &sdk::InstanceRequirements) -> InstanceRequirements {
            macro_rules! counts {
                ($range:expr) => {
                    $range.map(|range| CountRange { min: range.min(), max: range.max() })
                };
            }
            macro_rules! amounts {
                ($range:expr) => {
                    $range.map(|range| AmountRange { min: range.min(), max: range.max() })
                };
            }
            macro_rules! texts {
                ($words:expr) => {
                    some_list($words.iter().map(|word| word.as_str().to_owned()))
                };
            }
            let open = CountRange { min: None, max: None };
            let families = told.baseline_performance_factors().and_then(|factors| factors.cpu()).map_or(&[][..], |cpu| cpu.references());
            InstanceRequirements {
                vcpu_count: counts!(told.v_cpu_count()).unwrap_or_else(|| open.clone()),
                memory_mib: counts!(told.memory_mib()).unwrap_or(open),
                memory_gib_per_vcpu: amounts!(told.memory_gib_per_v_cpu()),
                cpu_manufacturers: texts!(told.cpu_manufacturers()),
                allowed_instance_types: texts!(told.allowed_instance_types()),
                excluded_instance_types: texts!(told.excluded_instance_types()),
                instance_generations: texts!(told.instance_generations()),
                bare_metal: told.bare_metal().and_then(|word| Inclusion::from_word(word.as_str())),
                burstable_performance: told.burstable_performance().and_then(|word| Inclusion::from_word(word.as_str())),
                require_hibernate_support: told.require_hibernate_support(),
                local_storage: told.local_storage().and_then(|word| Inclusion::from_word(word.as_str())),
                local_storage_types: texts!(told.local_storage_types()),
                total_local_storage_gb: amounts!(told.total_local_storage_gb()),
                network_interface_count: counts!(told.network_interface_count()),
                network_bandwidth_gbps: amounts!(told.network_bandwidth_gbps()),
                baseline_ebs_bandwidth_mbps: counts!(told.baseline_ebs_bandwidth_mbps()),
                accelerator_count: counts!(told.accelerator_count()),
                accelerator_manufacturers: texts!(told.accelerator_manufacturers()),
                accelerator_names: texts!(told.accelerator_names()),
                accelerator_total_memory_mib: counts!(told.accelerator_total_memory_mib()),
                accelerator_types: texts!(told.accelerator_types()),
                spot_max_price_percentage_over_lowest_price: told.spot_max_price_percentage_over_lowest_price(),
                max_spot_price_as_percentage_of_optimal_on_demand_price: told.max_spot_price_as_percentage_of_optimal_on_demand_price(),
                on_demand_max_price_percentage_over_lowest_price: told.on_demand_max_price_percentage_over_lowest_price(),
                baseline_cpu_families: some_list(families.iter().filter_map(|one| one.instance_family()).map(str::to_owned)),
            }
        }
    }

    fn baseline(families: &[String]) -> sdk::BaselinePerformanceFactorsRequest {
        let references = families.iter().map(|family| sdk::PerformanceFactorReferenceRequest::builder().instance_family(family).build());
        let cpu = sdk::CpuPerformanceFactorRequest::builder().set_references(Some(references.collect())).build();
        sdk::BaselinePerformanceFactorsRequest::builder().cpu(cpu).build()
    }
}
