//! Services of ECS that a stack declares, as fleets: what Application Auto Scaling makes of them.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use infra_autoscale::model::{AdjustmentKind, Metric, Monitoring, Platform, Rule, When};
use infra_autoscale::search::{Lever, Objective, Search, Space};
use infra_autoscale::{Boot, Capacity, Found, Happening, Load, Scaled, Simulation, Unknowns, find, fleet, fleets, graph, lint, minutes};
use infra_aws::applicationautoscaling::{
    AdjustmentType, ScalableResourceId, ScalableTarget, ScalingPolicy, ScheduledAction, StepAdjustment, StepScaling, SuspendedState,
    TargetTracking,
};
use infra_aws::cloudwatch::{Comparison, MetricAlarm, Statistic};
use infra_aws::ec2::{Subnet, SubnetId, Vpc};
use infra_aws::ecs::{Cluster, FargateService, LoadBalancer, TaskDefinitionArn};
use infra_aws::elbv2::{HealthCheck, TargetGroup};
use infra_core::program::Request;
use infra_core::{Graph, Stack};

fn of(program: impl Fn(&Stack)) -> Graph {
    graph(&program, &Request::default()).unwrap()
}

fn task() -> TaskDefinitionArn {
    TaskDefinitionArn::new("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1")
}

/// A service on Fargate behind a load balancer, kept at 50 % of its processors and 80 % of its memory.
fn web(stack: &Stack) {
    let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").add(stack);
    let subnets = [("a", "10.0.1.0/24"), ("b", "10.0.2.0/24")]
        .map(|(zone, range)| Subnet::new(zone).vpc(&vpc).cidr_block(range).availability_zone(format!("eu-west-1{zone}")).add(stack));
    let targets =
        TargetGroup::new("web").vpc(&vpc).port(80).health_check(HealthCheck::http("/").interval(10)).deregistration_delay(30).add(stack);
    let cluster = Cluster::new("main").add(stack);
    let service = FargateService::new("web")
        .cluster(&cluster)
        .task_definition(task())
        .subnets(&subnets)
        .load_balancers([LoadBalancer::to("web", 80, &targets)])
        .health_check_grace_period(60)
        .add(stack);
    let target = ScalableTarget::of_service("web", &service).min_capacity(2).max_capacity(20).add(stack);
    ScalingPolicy::new("cpu").target(&target).target_tracking(TargetTracking::average_cpu(50.0).scale_in_cooldown(120)).add(stack);
    ScalingPolicy::new("memory").target(&target).target_tracking(TargetTracking::average_memory(80.0)).add(stack);
}

/// Tasks that one percent busy for each 100 requests a minute, always as slow to start, and alarms a minute late.
fn under(graph: &Graph, load: Load) -> Simulation {
    fleet(graph, "web")
        .unwrap()
        .capacity(Capacity::linear(0.0, 1.0, 100.0).unwrap())
        .load(load)
        .boot(Boot::constant(30.0, 15.0))
        .over(Unknowns::none())
}

fn scaled(simulation: &Simulation) -> Vec<(i64, u32, u32)> {
    let outcome = simulation.run().unwrap();
    let timeline = outcome.timeline(&outcome.runs[0].0).unwrap().1;
    let sizes = |(at, what): &(i64, Happening)| match what {
        Happening::Scaled { from, to, .. } | Happening::Scheduled { from, to } => Some((*at, *from, *to)),
        _ => None,
    };
    timeline.events.iter().filter_map(sizes).collect()
}

#[test]
fn a_service_is_a_fleet_of_tasks_that_report_each_minute() {
    let found: Found = find(&of(web), "web").unwrap();
    let fleet = &found.fleet;
    assert_eq!((found.of, fleet.platform, fleet.monitoring), (Scaled::Service, Platform::Ecs, Monitoring::Detailed));
    assert_eq!((fleet.bounds.min, fleet.bounds.max, fleet.initial(), fleet.boot), (2, 20, 2, Boot::fargate()));
    assert_eq!(fleet.zones, ["eu-west-1a", "eu-west-1b"]);
    assert!(fleet.health.balanced && fleet.health.elb);
    assert_eq!((fleet.health.grace, fleet.health.interval, fleet.health.unhealthy, fleet.health.deregistration), (60, 10, 2, 30));
    let [Rule::Tracking(cpu), Rule::Tracking(memory)] = [&fleet.policies[0].rule, &fleet.policies[1].rule] else { panic!("{fleet:?}") };
    assert_eq!((cpu.metric, cpu.target, cpu.in_cooldown, cpu.out_cooldown), (Metric::Cpu, 50.0, Some(120), None));
    assert_eq!((memory.metric, memory.target), (Metric::Memory, 80.0));
    assert_eq!(found.target.unwrap().address.name(), "web");
    assert_eq!(fleets(&of(web)).len(), 1);
    assert_eq!(lint::stack(&of(web)), []);
}

#[test]
fn a_doubled_load_is_seen_after_three_minutes_and_answered_in_proportion() {
    // Two tasks at 40 % each, then at 80 %: 4 of 3.2 are enough for 50 %.
    let load = Load::steady(8000.0, minutes(30)).step(16_000.0).hold(minutes(10));
    assert_eq!(scaled(&under(&of(web), load)), [(minutes(34), 2, 4)]);
}

#[test]
fn it_shrinks_after_a_quarter_of_an_hour_and_its_pause() {
    // The low alarm is at 45 %: four tasks that go from 47.5 to 20 % are two too many, which go at once where nothing is known of memory.
    let load = Load::steady(19_000.0, minutes(10)).step(8000.0).hold(minutes(40));
    let mut simulation = under(&of(web), load.clone());
    simulation.fleet.desired = Some(4);
    assert_eq!(scaled(&simulation), [(minutes(26), 4, 2)]);
    // Memory that is nearly full does not agree, and memory that is over its target grows the service.
    let with_memory = |percent| {
        let mut simulation = under(&of(web), load.clone()).capacity(Capacity::linear(0.0, 1.0, 100.0).unwrap().with_memory(percent));
        simulation.fleet.desired = Some(4);
        scaled(&simulation)
    };
    assert_eq!(with_memory(75.0), []);
    assert_eq!(with_memory(40.0), [(minutes(26), 4, 2)]);
    let grown = with_memory(90.0);
    assert!(!grown.is_empty() && grown.iter().all(|(_, from, to)| to > from), "{grown:?}");
    assert_eq!(under(&of(web), load).without_data().collect::<Vec<_>>(), ["memory"]);
}

#[test]
fn of_two_policies_that_would_shrink_it_the_one_that_shrinks_it_least_counts() {
    // Eight tasks at 40 % are one too many for the processors, and six for the memory. Seven are right for both, minute after minute.
    let capacity = Capacity::linear(0.0, 1.0, 100.0).unwrap().with_memory(20.0);
    let mut simulation = under(&of(web), Load::steady(32_000.0, minutes(40))).capacity(capacity);
    simulation.fleet.desired = Some(8);
    assert_eq!(scaled(&simulation), [(minutes(2), 8, 7)]);
}

#[test]
fn steps_are_called_by_alarms_and_pause_for_all_but_a_larger_one() {
    let program = |stack: &Stack| {
        let cluster = Cluster::new("main").name("main").add(stack);
        let service =
            FargateService::new("web").cluster(&cluster).task_definition(task()).subnets([SubnetId::new("subnet-1")]).name("shop");
        service.add(stack);
        // By its name in ECS, as one may also write it.
        let target = ScalableTarget::of_service("shop", ScalableResourceId::new("service/main/shop")).min_capacity(2).max_capacity(12);
        let target = target.scheduled_actions([ScheduledAction::between("friday", "cron(0 8 ? * FRI *)", 6, 12)]).add(stack);
        let steps = StepScaling::new()
            .adjustment_type(AdjustmentType::ChangeInCapacity)
            .step_adjustments([StepAdjustment::above(20.0, 4), StepAdjustment::new().lower_bound(0.0).upper_bound(20.0).adjustment(1)])
            .cooldown(600);
        let policy = ScalingPolicy::new("busy").target(&target).step(steps).add(stack);
        MetricAlarm::new("busy")
            .namespace("AWS/ECS")
            .metric_name("CPUUtilization")
            .statistic(Statistic::Average)
            .over(1, 60)
            .comparison(Comparison::Greater)
            .threshold(60)
            .alarm_actions([&policy])
            .add(stack);
    };
    let graph = of(program);
    let simulation = under(&graph, Load::steady(8000.0, minutes(5)).step(14_000.0).hold(minutes(5)).step(30_000.0).hold(minutes(10)));
    let Rule::Step { kind, steps, cooldown, .. } = &simulation.fleet.policies[0].rule else { panic!("{:?}", simulation.fleet) };
    assert_eq!((*kind, steps[0].amount, steps[1].amount, *cooldown), (AdjustmentKind::Change, 1, 4, Some(600)));
    assert!(matches!(&simulation.fleet.schedules[0].when, When::Cron { expression, .. } if expression == "0 8 ? * FRI *"));
    // 70 % adds one; during the pause 100 % adds not four but the three that are lacking.
    assert_eq!(scaled(&simulation.clone().with_fleet(without_schedules(&simulation)))[..2], [(420, 2, 3), (720, 3, 6)]);
    // 20 November 2026 is a Friday.
    let friday = simulation.clone().starting_at(jiff::civil::datetime(2026, 11, 20, 7, 58, 0, 0));
    assert_eq!(scaled(&friday)[0], (120, 2, 6));
}

fn without_schedules(simulation: &Simulation) -> infra_autoscale::Fleet {
    infra_autoscale::Fleet { schedules: Vec::new(), ..simulation.fleet.clone() }
}

#[test]
fn what_is_suspended_does_not_happen() {
    let with = |state: SuspendedState| {
        of(move |stack: &Stack| {
            let cluster = Cluster::new("main").add(stack);
            let service = FargateService::new("web").cluster(&cluster).task_definition(task()).subnets([SubnetId::new("s")]).add(stack);
            let target = ScalableTarget::of_service("web", &service).min_capacity(1).max_capacity(4);
            let target =
                target.suspended_state(state.clone()).scheduled_actions([ScheduledAction::between("x", "cron(0 8 ? * * *)", 2, 4)]);
            ScalingPolicy::new("cpu").target(&target.add(stack)).target_tracking(TargetTracking::average_cpu(50.0)).add(stack);
        })
    };
    let suspended = |dynamic_in, dynamic_out, scheduled| SuspendedState {
        dynamic_scaling_in_suspended: Some(dynamic_in),
        dynamic_scaling_out_suspended: Some(dynamic_out),
        scheduled_scaling_suspended: Some(scheduled),
    };
    let both = fleet(&with(suspended(true, true, true)), "web").unwrap().fleet;
    assert!(!both.policies[0].enabled && both.schedules.is_empty());
    let only_out = fleet(&with(suspended(true, false, false)), "web").unwrap().fleet;
    assert!(matches!(&only_out.policies[0].rule, Rule::Tracking(tracking) if tracking.disable_scale_in) && only_out.schedules.len() == 1);
    let problem = fleet(&with(suspended(false, true, false)), "web").unwrap_err().to_string();
    assert!(problem.contains("`suspended_state` lets target tracking shrink and not grow"), "{problem}");
}

#[test]
fn what_cannot_be_simulated_says_so_and_a_service_that_nothing_scales_has_one_size() {
    let scheduled = |schedule: &'static str| {
        let graph = of(move |stack: &Stack| {
            let cluster = Cluster::new("main").add(stack);
            let service = FargateService::new("web").cluster(&cluster).task_definition(task()).subnets([SubnetId::new("s")]).add(stack);
            let target = ScalableTarget::of_service("web", &service).min_capacity(1).max_capacity(4);
            target.scheduled_actions([ScheduledAction::between("night", schedule, 1, 1)]).add(stack);
        });
        fleet(&graph, "web").unwrap_err().to_string()
    };
    for (schedule, problem) in [
        ("rate(1 day)", "a rate, which counts from when the action is made"),
        ("cron(0 9 * * *)", "whose `0 9 * * *` has not six fields"),
        ("at(tomorrow)", "of which `tomorrow` is no time"),
        ("noon", "whose schedule `noon` is none"),
    ] {
        let said = scheduled(schedule);
        assert!(said.contains("`scheduled_actions` has `night`, ") && said.contains(problem), "{said}");
    }
    let fixed = of(|stack: &Stack| {
        let cluster = Cluster::new("main").add(stack);
        FargateService::new("web").cluster(&cluster).task_definition(task()).subnets([SubnetId::new("s")]).desired_count(3).add(stack);
    });
    let bounds = fleet(&fixed, "web").unwrap().fleet.bounds;
    assert_eq!((bounds.min, bounds.max, fleets(&fixed).len()), (3, 3, 0));
    let problem = fleet(&fixed, "wep").unwrap_err().to_string();
    assert_eq!(problem, "the stack has no auto scaling group, service or environment `wep`; it has `web`");
}

#[test]
fn a_search_turns_what_a_service_has_and_says_how_to_write_it() {
    let graph = of(web);
    let found = find(&graph, "web").unwrap();
    let space = Space::of(&found.fleet);
    assert_eq!(space.axes.iter().map(|axis| axis.lever).collect::<Vec<_>>(), [Lever::MinSize, Lever::Target]);
    let load = Load::steady(8000.0, minutes(30)).then(40_000.0, minutes(10)).hold(minutes(30));
    let tuning = Search::of(under(&graph, load), Objective::cpu_below(80.0)).space(space).run().unwrap();
    assert!(tuning.chosen.holds, "{}", tuning.chosen);
    let rust = tuning.rust(&found);
    let target = Lever::Target.of(&tuning.fleet()).unwrap();
    let policy = format!("ScalingPolicy::new(\"cpu\").target_tracking(TargetTracking::average_cpu({target:?}).scale_in_cooldown(120))");
    assert_eq!(rust.contains(&policy), target != 50.0, "{rust}");
    assert!(!rust.contains("ScalingPolicy::new(\"memory\")"), "{rust}");
    let least = Lever::MinSize.of(&tuning.fleet()).unwrap();
    assert_eq!(rust.contains(&format!("ScalableTarget::new(\"web\").min_capacity({least})")), least != 2.0, "{rust}");
}
