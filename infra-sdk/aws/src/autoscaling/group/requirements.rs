//! What an instance type must have, where a group names no types.

use infra_core::{Block, Input, choices};
use serde::{Deserialize, Serialize};

/// From one whole number to another, both included; what is left out is no limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct IntRange {
    /// The least.
    pub min: Option<i32>,
    /// The most.
    pub max: Option<i32>,
}

impl IntRange {
    /// `min` or more.
    pub fn at_least(min: impl Input<i32>) -> IntRangeBuilder {
        IntRange::new().min(min)
    }

    /// From `min` to `max`.
    pub fn between(min: impl Input<i32>, max: impl Input<i32>) -> IntRangeBuilder {
        IntRange::new().min(min).max(max)
    }
}

/// From one number to another, both included; what is left out is no limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct FloatRange {
    /// The least.
    pub min: Option<f64>,
    /// The most.
    pub max: Option<f64>,
}

impl FloatRange {
    /// `min` or more.
    pub fn at_least(min: impl Input<f64>) -> FloatRangeBuilder {
        FloatRange::new().min(min)
    }

    /// From `min` to `max`.
    pub fn between(min: impl Input<f64>, max: impl Input<f64>) -> FloatRangeBuilder {
        FloatRange::new().min(min).max(max)
    }
}

choices! {
    /// Whether instance types with a property are taken.
    pub enum Included {
        /// None of them.
        Excluded = "excluded",
        /// These and others.
        Included = "included",
        /// Only these.
        Required = "required",
    }
}

choices! {
    /// Who made the processor.
    pub enum CpuManufacturer {
        /// Intel.
        Intel = "intel",
        /// AMD.
        Amd = "amd",
        /// AWS: Graviton. The launch template needs an image for it.
        AmazonWebServices = "amazon-web-services",
        /// Apple.
        Apple = "apple",
    }
}

choices! {
    /// Whether AWS still sells an instance type as its newest.
    pub enum InstanceGeneration {
        /// It does.
        Current = "current",
        /// There is a newer one.
        Previous = "previous",
    }
}

choices! {
    /// The kind of a disk in the instance's host.
    pub enum LocalStorageType {
        /// With rotating platters.
        Hdd = "hdd",
        /// With flash memory.
        Ssd = "ssd",
    }
}

choices! {
    /// The kind of an accelerator.
    pub enum AcceleratorType {
        /// A graphics processor.
        Gpu = "gpu",
        /// A field-programmable gate array.
        Fpga = "fpga",
        /// A chip for inference.
        Inference = "inference",
    }
}

choices! {
    /// Who made the accelerators.
    pub enum AcceleratorManufacturer {
        /// NVIDIA.
        Nvidia = "nvidia",
        /// AMD.
        Amd = "amd",
        /// AWS.
        AmazonWebServices = "amazon-web-services",
        /// Xilinx.
        Xilinx = "xilinx",
    }
}

/// What an instance type must have to be taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct InstanceRequirements {
    /// How many virtual processors.
    #[input(cloud = "VCpuCount")]
    pub vcpus: IntRange,
    /// How much memory, in mebibytes.
    #[input(cloud = "MemoryMiB")]
    pub memory_mib: IntRange,
    /// How much memory for each virtual processor, in gibibytes.
    #[input(cloud = "MemoryGiBPerVCpu")]
    pub memory_gib_per_vcpu: Option<FloatRange>,
    /// Who made the processor. Default: anybody.
    #[input(set)]
    pub cpu_manufacturers: Option<Vec<CpuManufacturer>>,
    /// Whether current or previous types. Default: both.
    #[input(set)]
    pub instance_generations: Option<Vec<InstanceGeneration>>,
    /// The only types to choose from, with `*` for any text, as in `m7*.*`. Not with `excluded_instance_types`.
    #[input(set)]
    pub allowed_instance_types: Option<Vec<String>>,
    /// Types never to take, with `*` for any text.
    #[input(set)]
    pub excluded_instance_types: Option<Vec<String>>,
    /// Types without hypervisor. Default: excluded.
    pub bare_metal: Option<Included>,
    /// Types that save up processor time, as T types do. Default: excluded.
    pub burstable_performance: Option<Included>,
    /// Whether types must be able to hibernate. Default: false.
    pub require_hibernate_support: Option<bool>,
    /// How many network interfaces.
    pub network_interface_count: Option<IntRange>,
    /// How much network, in gigabits a second.
    pub network_bandwidth_gbps: Option<FloatRange>,
    /// How much bandwidth to volumes, in megabits a second.
    pub baseline_ebs_bandwidth_mbps: Option<IntRange>,
    /// The instance family whose processor is the least that will do, as in `c7i`.
    #[input(cloud = "BaselinePerformanceFactors/Cpu/References", unlike_cloud = "the API takes one reference, though it lists them")]
    pub baseline_performance_family: Option<String>,
    /// Disks in the host. Default: included.
    pub local_storage: Option<Included>,
    /// The kinds of these disks. Default: any.
    #[input(set)]
    pub local_storage_types: Option<Vec<LocalStorageType>>,
    /// How much these disks hold, in gigabytes.
    #[input(cloud = "TotalLocalStorageGB")]
    pub total_local_storage_gb: Option<FloatRange>,
    /// How many accelerators; at most 0 for none.
    pub accelerator_count: Option<IntRange>,
    /// The kinds of accelerators.
    #[input(set)]
    pub accelerator_types: Option<Vec<AcceleratorType>>,
    /// Who made the accelerators.
    #[input(set)]
    pub accelerator_manufacturers: Option<Vec<AcceleratorManufacturer>>,
    /// The accelerators by name, as in `a100`.
    #[input(set)]
    pub accelerator_names: Option<Vec<String>>,
    /// How much memory all accelerators have, in mebibytes.
    #[input(cloud = "AcceleratorTotalMemoryMiB")]
    pub accelerator_total_memory_mib: Option<IntRange>,
    /// How many percent a spot price may lie above the cheapest fitting type's. Not with the next.
    pub spot_max_price_percentage_over_lowest_price: Option<i32>,
    /// How many percent of the best fitting type's price on demand a spot price may be. Not with the one before.
    pub max_spot_price_as_percentage_of_optimal_on_demand_price: Option<i32>,
    /// How many percent a price on demand may lie above the cheapest fitting type's. Default: 20.
    pub on_demand_max_price_percentage_over_lowest_price: Option<i32>,
}

#[cfg(feature = "autoscaling")]
pub(super) mod live {
    use aws_sdk_autoscaling::types as sdk;

    use super::{
        AcceleratorManufacturer, AcceleratorType, CpuManufacturer, FloatRange, Included, InstanceGeneration, InstanceRequirements,
        IntRange, LocalStorageType,
    };

    /// A range as one of the SDK's many types of ranges.
    macro_rules! range {
        ($type:ident, $range:expr) => {
            $range.as_ref().map(|range| sdk::$type::builder().set_min(range.min).set_max(range.max).build())
        };
    }

    macro_rules! from_range {
        ($type:ident, $range:expr) => {
            $range.map(|range| $type { min: range.min(), max: range.max() })
        };
    }

    macro_rules! words {
        ($words:expr) => {
            $words.as_ref().map(|words| words.iter().map(|word| word.as_str().into()).collect())
        };
    }

    /// Nothing where AWS says nothing, as it does where nothing was asked.
    fn said<S, T>(items: &[S], of: impl Fn(&S) -> Option<T>) -> Option<Vec<T>> {
        (!items.is_empty()).then(|| items.iter().filter_map(of).collect())
    }

    pub(in super::super) fn to_sdk(want: &InstanceRequirements) -> sdk::InstanceRequirements {
        let family = want.baseline_performance_family.as_ref().map(|family| {
            let reference = sdk::PerformanceFactorReferenceRequest::builder().instance_family(family).build();
            let cpu = sdk::CpuPerformanceFactorRequest::builder().references(reference).build();
            sdk::BaselinePerformanceFactorsRequest::builder().cpu(cpu).build()
        });
        sdk::InstanceRequirements::builder()
            .set_v_cpu_count(range!(VCpuCountRequest, Some(&want.vcpus)))
            .set_memory_mib(range!(MemoryMiBRequest, Some(&want.memory_mib)))
            .set_memory_gib_per_v_cpu(range!(MemoryGiBPerVCpuRequest, want.memory_gib_per_vcpu))
            .set_cpu_manufacturers(words!(want.cpu_manufacturers))
            .set_instance_generations(words!(want.instance_generations))
            .set_allowed_instance_types(want.allowed_instance_types.clone())
            .set_excluded_instance_types(want.excluded_instance_types.clone())
            .set_bare_metal(want.bare_metal.map(|word| word.as_str().into()))
            .set_burstable_performance(want.burstable_performance.map(|word| word.as_str().into()))
            .set_require_hibernate_support(want.require_hibernate_support)
            .set_network_interface_count(range!(NetworkInterfaceCountRequest, want.network_interface_count))
            .set_network_bandwidth_gbps(range!(NetworkBandwidthGbpsRequest, want.network_bandwidth_gbps))
            .set_baseline_ebs_bandwidth_mbps(range!(BaselineEbsBandwidthMbpsRequest, want.baseline_ebs_bandwidth_mbps))
            .set_baseline_performance_factors(family)
            .set_local_storage(want.local_storage.map(|word| word.as_str().into()))
            .set_local_storage_types(words!(want.local_storage_types))
            .set_total_local_storage_gb(range!(TotalLocalStorageGbRequest, want.total_local_storage_gb))
            .set_accelerator_count(range!(AcceleratorCountRequest, want.accelerator_count))
            .set_accelerator_types(words!(want.accelerator_types))
            .set_accelerator_manufacturers(words!(want.accelerator_manufacturers))
            .set_accelerator_names(words!(want.accelerator_names))
            .set_accelerator_total_memory_mib(range!(AcceleratorTotalMemoryMiBRequest, want.accelerator_total_memory_mib))
            .set_spot_max_price_percentage_over_lowest_price(want.spot_max_price_percentage_over_lowest_price)
            .set_max_spot_price_as_percentage_of_optimal_on_demand_price(want.max_spot_price_as_percentage_of_optimal_on_demand_price)
            .set_on_demand_max_price_percentage_over_lowest_price(want.on_demand_max_price_percentage_over_lowest_price)
            .build()
    }

    pub(in super::super) fn from_sdk(have: &sdk::InstanceRequirements) -> InstanceRequirements {
        let included = |word: Option<&str>| word.and_then(Included::from_word);
        let texts = |items: &[String]| said(items, |item| Some(item.clone()));
        let references = have.baseline_performance_factors().and_then(|factors| factors.cpu()).map(|cpu| cpu.references());
        InstanceRequirements {
            vcpus: from_range!(IntRange, have.v_cpu_count()).unwrap_or_default(),
            memory_mib: from_range!(IntRange, have.memory_mib()).unwrap_or_default(),
            memory_gib_per_vcpu: from_range!(FloatRange, have.memory_gib_per_v_cpu()),
            cpu_manufacturers: said(have.cpu_manufacturers(), |word| CpuManufacturer::from_word(word.as_str())),
            instance_generations: said(have.instance_generations(), |word| InstanceGeneration::from_word(word.as_str())),
            allowed_instance_types: texts(have.allowed_instance_types()),
            excluded_instance_types: texts(have.excluded_instance_types()),
            bare_metal: included(have.bare_metal().map(|word| word.as_str())),
            burstable_performance: included(have.burstable_performance().map(|word| word.as_str())),
            require_hibernate_support: have.require_hibernate_support(),
            network_interface_count: from_range!(IntRange, have.network_interface_count()),
            network_bandwidth_gbps: from_range!(FloatRange, have.network_bandwidth_gbps()),
            baseline_ebs_bandwidth_mbps: from_range!(IntRange, have.baseline_ebs_bandwidth_mbps()),
            baseline_performance_family: references.and_then(|all| all.first()?.instance_family().map(str::to_owned)),
            local_storage: included(have.local_storage().map(|word| word.as_str())),
            local_storage_types: said(have.local_storage_types(), |word| LocalStorageType::from_word(word.as_str())),
            total_local_storage_gb: from_range!(FloatRange, have.total_local_storage_gb()),
            accelerator_count: from_range!(IntRange, have.accelerator_count()),
            accelerator_types: said(have.accelerator_types(), |word| AcceleratorType::from_word(word.as_str())),
            accelerator_manufacturers: said(have.accelerator_manufacturers(), |word| AcceleratorManufacturer::from_word(word.as_str())),
            accelerator_names: said(have.accelerator_names(), |word| Some(word.as_str().to_owned())),
            accelerator_total_memory_mib: from_range!(IntRange, have.accelerator_total_memory_mib()),
            spot_max_price_percentage_over_lowest_price: have.spot_max_price_percentage_over_lowest_price(),
            max_spot_price_as_percentage_of_optimal_on_demand_price: have.max_spot_price_as_percentage_of_optimal_on_demand_price(),
            on_demand_max_price_percentage_over_lowest_price: have.on_demand_max_price_percentage_over_lowest_price(),
        }
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        #[test]
        fn requirements_are_read_back_as_they_were_written() {
            let all = json!({
                "vcpus": {"min": 2, "max": 8}, "memory_mib": {"min": 4096, "max": null}, "memory_gib_per_vcpu": {"min": 1.5, "max": 8.0},
                "cpu_manufacturers": ["amd", "intel"], "instance_generations": ["current"], "allowed_instance_types": ["m*"],
                "excluded_instance_types": ["t2.*"], "bare_metal": "excluded", "burstable_performance": "included",
                "require_hibernate_support": true, "network_interface_count": {"min": 2, "max": null},
                "network_bandwidth_gbps": {"min": 10.0, "max": null}, "baseline_ebs_bandwidth_mbps": {"min": 1000, "max": null},
                "baseline_performance_family": "c7i", "local_storage": "required", "local_storage_types": ["ssd"],
                "total_local_storage_gb": {"min": 100.0, "max": null}, "accelerator_count": {"min": null, "max": 0},
                "accelerator_types": ["gpu"], "accelerator_manufacturers": ["nvidia"], "accelerator_names": ["a100"],
                "accelerator_total_memory_mib": {"min": 1024, "max": null}, "spot_max_price_percentage_over_lowest_price": 50,
                "max_spot_price_as_percentage_of_optimal_on_demand_price": 60, "on_demand_max_price_percentage_over_lowest_price": 20
            });
            let requirements: InstanceRequirements = serde_json::from_value(all.clone()).unwrap();
            assert_eq!(serde_json::to_value(from_sdk(&to_sdk(&requirements))).unwrap(), all);
        }
    }
}
