//! Searches: what is found holds, is the cheapest, is the same for any number of threads, and can be pasted into the stack.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use infra_autoscale::model::{Adjustment, AdjustmentKind, Alarm, Comparison, Fleet, Monitoring, Policy, Rule, Step, Tracking};
use infra_autoscale::search::{Lever, Objective, Search, Space, Strategy, Tuning, scenarios_needed};
use infra_autoscale::{Beanstalk, Boot, Capacity, Knobs, Load, Simulation, Talk, Unknowns, find, graph, hours};
use infra_aws::autoscaling::{AdjustmentType, AutoScalingGroup, ScalingPolicy};
use infra_aws::cloudwatch::{Comparison as Compares, MetricAlarm, Statistic};
use infra_aws::ec2::LaunchTemplate;
use infra_core::Stack;
use infra_core::program::Request;

/// The talk's fleet in five phases, hosts serving three minutes after they are asked for.
fn talk(monitoring: Monitoring) -> Simulation {
    let settings = Beanstalk { max: 40, lower_increment: 0, monitoring, ..Beanstalk::cpu(25.0, 0.0, 1) };
    Simulation::of(Fleet { boot: Boot::constant(60.0, 120.0), ..settings.fleet("talk") })
        .capacity(Capacity::linear(0.0, 0.75, 1000.0).unwrap())
        .load(Talk::load())
        .over(Unknowns::none().phases([0, 60, 120, 180, 240]))
        .knobs(Knobs { give_up: 0.0, ..Knobs::default() })
}

fn grid() -> Space {
    Space::empty().with(Lever::Increment, (1..=10).map(f64::from)).with(Lever::Threshold, (11..=45).map(f64::from))
}

fn value(tuning: &Tuning, lever: Lever) -> f64 {
    tuning.chosen.values.iter().find(|(other, _)| *other == lever).unwrap().1
}

#[test]
fn the_talks_grid_has_18_settings_that_hold_with_detailed_monitoring_and_none_without() {
    let tuning = Search::of(talk(Monitoring::Detailed), Objective::cpu_below(50.0)).space(grid()).run().unwrap();
    assert_eq!((tuning.strategy, tuning.settings, tuning.feasible), (Strategy::Exhaustive, 350, 18));
    // Of (2, 11) and (2, 12), which cost the same, the calmer.
    assert_eq!((value(&tuning, Lever::Increment), value(&tuning, Lever::Threshold)), (2.0, 12.0));
    assert!(tuning.chosen.holds && tuning.chosen.score.broken == 0 && tuning.present.broken == 5);
    // It is on the edge: growing by one, or a threshold of one percent more, breaks.
    let edges: Vec<_> = tuning.margin.iter().map(|edge| (edge.lever, edge.fails)).collect();
    assert!(edges.contains(&(Lever::Increment, 1.0)), "{edges:?}");
    assert!(edges.iter().any(|(lever, fails)| *lever == Lever::Threshold && *fails <= 13.0), "{edges:?}");
    let limit = tuning.limit.unwrap();
    assert!(limit.times > 1.0 && limit.times < 1.2 && limit.peak_cpu >= 50.0, "{limit:?}");

    let basic = Search::of(talk(Monitoring::Basic), Objective::cpu_below(50.0)).space(grid()).run().unwrap();
    assert!(!basic.chosen.holds && basic.feasible == 0);
    assert_eq!((basic.rejected.len(), basic.rejected[0].count), (1, 350), "{:?}", basic.rejected);
    let reason = &basic.rejected[0].reason;
    assert!(reason.starts_with("an alarm above 11 % fires at ") && reason.contains("1 host reaches 50 %"), "{reason}");
}

#[test]
fn what_is_left_out_beforehand_breaks_when_it_is_run() {
    for (monitoring, seconds) in [(Monitoring::Detailed, 60.0), (Monitoring::Detailed, 300.0), (Monitoring::Basic, 300.0)] {
        for load in
            [Talk::load(), Load::from(20_000.0).sine(15_000.0, hours(2), hours(6)), Load::steady(5000.0, 700).step(90_000.0).hold(900)]
        {
            let mut simulation =
                talk(monitoring).load(load).over(Unknowns::none().phases([0, 77, 240]).delays([60, 120]).loads([0.8, 1.25]));
            simulation.fleet.alarms[0].period = seconds as i64;
            let all = Search::of(simulation.clone(), Objective::cpu_below(50.0)).space(grid().with(Lever::MinSize, [1.0, 2.0, 4.0]));
            let tuning = all.run().unwrap();
            // The whole space without the sieve.
            let space = grid().with(Lever::MinSize, [1.0, 2.0, 4.0]);
            let holding = (0..space.len())
                .filter(|index| {
                    let fleet = space.fleet(&simulation.fleet, &space.setting(*index));
                    let prepared = simulation.clone().with_fleet(fleet).prepare().unwrap();
                    let scenarios: Vec<_> = tuning.scenarios.clone();
                    prepared.run_all(scenarios).iter().all(|summary| summary.peak_cpu < 50.0)
                })
                .count();
            let rejected: usize = tuning.rejected.iter().map(|rejected| rejected.count).sum();
            assert!(tuning.feasible == holding || holding == 0, "{monitoring:?} {seconds}: {} of {holding}, {rejected}", tuning.feasible);
        }
    }
}

#[test]
fn a_search_is_the_same_bits_for_any_number_of_threads() {
    let search = |strategy| {
        let search = Search::of(talk(Monitoring::Detailed).over(Unknowns::of_the_cloud()), Objective::cpu_below(50.0));
        match strategy {
            Strategy::Exhaustive => search.space(grid()),
            Strategy::Screened => search.budget(20_000),
            Strategy::Sampled => search.objective_with_latency().budget(20_000),
        }
    };
    for strategy in [Strategy::Exhaustive, Strategy::Screened, Strategy::Sampled] {
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let tuning = pool.install(|| search(strategy).run().unwrap());
            assert_eq!(tuning.strategy, strategy);
            serde_json::to_string(&tuning).unwrap()
        };
        let one = with(1);
        assert!(one == with(2) && one == with(5), "{strategy:?}");
    }
}

/// What the fast engine does not know: a limit of what may be lost.
trait Slow {
    fn objective_with_latency(self) -> Search;
}

impl Slow for Search {
    fn objective_with_latency(self) -> Search {
        Search::of(talk(Monitoring::Detailed), Objective { lost: Some(0.0), ..Objective::cpu_below(50.0) })
    }
}

#[test]
fn the_screen_and_the_sample_find_what_the_whole_grid_has() {
    let space =
        grid().with(Lever::MinSize, [1.0, 2.0, 3.0]).with(Lever::Cooldown, [0.0, 120.0, 240.0, 360.0]).with(Lever::Detailed, [0.0, 1.0]);
    let search = Search::of(talk(Monitoring::Basic), Objective::cpu_below(50.0)).space(space.clone());
    let whole = search.clone().run().unwrap();
    assert_eq!((whole.strategy, whole.settings), (Strategy::Exhaustive, 8400));
    let screened = search.clone().budget(5000).run().unwrap();
    assert_eq!((screened.strategy, screened.verified), (Strategy::Screened, 1000));
    assert_eq!(screened.chosen, whole.chosen);
    // What the fast engine does not know is sampled, and comes close.
    let objective = Objective { lost: Some(0.5), ..Objective::cpu_below(50.0) };
    let sampled = Search::of(talk(Monitoring::Basic), objective).space(space).budget(10_000).run().unwrap();
    assert_eq!(sampled.strategy, Strategy::Sampled);
    assert!(sampled.chosen.holds && sampled.chosen.score.cost <= whole.chosen.score.cost * 1.05, "{} {}", sampled.chosen, whole.chosen);
    assert!(sampled.verified < 4000);
}

#[test]
fn the_front_goes_from_the_cheapest_to_what_holds() {
    let tuning = Search::of(talk(Monitoring::Detailed), Objective::cpu_below(50.0))
        .space(grid().with(Lever::MinSize, [1.0, 2.0, 3.0]))
        .run()
        .unwrap();
    let front: Vec<_> = tuning.front.iter().map(|choice| (choice.score.cost, choice.score.violation)).collect();
    assert!(front.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1), "{front:?}");
    assert!(tuning.front.last().unwrap().holds);
    assert_eq!(tuning.front.last().unwrap().score.cost, tuning.chosen.score.cost);
}

#[test]
fn steps_and_targets_are_searched_too() {
    let step = |lower, upper, amount| Step { lower: Some(lower), upper, amount };
    let steps = Rule::Step {
        kind: AdjustmentKind::Change,
        min_magnitude: 0,
        steps: vec![step(0.0, Some(15.0), 1), step(15.0, Some(30.0), 2), step(30.0, None, 3)],
        aggregation: infra_autoscale::model::Aggregation::Average,
        warm_up: None,
        cooldown: None,
    };
    let shrink = Rule::Simple { adjustment: Adjustment::change(-1), cooldown: None };
    let fleet = Fleet {
        monitoring: Monitoring::Detailed,
        default_warm_up: Some(120),
        boot: Boot::constant(60.0, 60.0),
        ..Fleet::new("steps", 1, 20)
    }
    .scaled(Policy::new("up", steps), |policy| Alarm::cpu("busy", Comparison::Greater, 40.0, 2, 60, policy))
    .scaled(Policy::new("down", shrink), |policy| Alarm::cpu("idle", Comparison::Less, 10.0, 5, 60, policy));
    let unknowns = Unknowns::all();
    let scenarios = unknowns.drawn(scenarios_needed(0.5, 0.1, 2), 7);
    let day = Load::from(50_000.0).sine(45_000.0, hours(3), hours(3));
    let simulation = Simulation::of(fleet).capacity(Capacity::linear(1.0, 0.75, 1000.0).unwrap()).load(day.clone());
    let tuning = Search::of(simulation, Objective::cpu_below(50.0)).scenarios(scenarios.clone()).budget(6_000).run().unwrap();
    assert_eq!((tuning.strategy, tuning.scenarios.len()), (Strategy::Sampled, 18));
    assert!(tuning.settings > 1_000_000 && tuning.chosen.holds && tuning.present.broken > 0, "{:?}", tuning.present);

    let tracked = Fleet { monitoring: Monitoring::Detailed, ..Fleet::new("tracked", 1, 20) }
        .with_policy(Policy::new("cpu", Rule::Tracking(Tracking::cpu(90.0))));
    let simulation = Simulation::of(tracked).capacity(Capacity::linear(1.0, 0.75, 1000.0).unwrap()).load(day);
    let tuning = Search::of(simulation, Objective::cpu_below(50.0)).scenarios(scenarios).run().unwrap();
    assert!(tuning.chosen.holds && tuning.present.broken > 0, "{:?}", tuning.chosen);
    assert_eq!(tuning.fleet().policies[0].rule, Rule::Tracking(Tracking::cpu(value(&tuning, Lever::Target))));
}

#[test]
fn nothing_to_turn_and_nothing_that_must_hold_are_errors() {
    let simulation = talk(Monitoring::Detailed);
    let nothing = Objective { cpu: None, ..Objective::cpu_below(1.0) };
    assert!(Search::of(simulation.clone(), nothing).run().unwrap_err().to_string().contains("there is no limit"));
    let empty = Search::of(simulation.clone(), Objective::cpu_below(50.0)).space(Space::empty()).run().unwrap_err();
    assert!(empty.to_string().contains("nothing to turn"));
    let few = Capacity::fit_text("time,rpm,cpu\n0,1,1\n60,2,2\n").unwrap_err();
    assert!(few.to_string().contains("ten whole minutes"), "{few}");
}

/// A stack whose numbers are arguments, as the pasted calls have them.
fn stack(min: i32, detailed: bool, period: i32, threshold: f64, by: i32, cooldown: i32) -> impl Fn(&Stack) {
    move |stack: &Stack| {
        let template = LaunchTemplate::new("web").image("ami-1").instance_type("m7g.large").monitoring(detailed).add(stack);
        let group =
            AutoScalingGroup::new("web").launch_template(&template).min_size(min).max_size(40).default_cooldown(cooldown).add(stack);
        let up = ScalingPolicy::new("up").group(&group).adjustment_type(AdjustmentType::ChangeInCapacity).scaling_adjustment(by).add(stack);
        MetricAlarm::new("busy")
            .metric(group.cpu_utilization())
            .statistic(Statistic::Average)
            .over(1, period)
            .comparison(Compares::Greater)
            .threshold(threshold)
            .alarm_actions([&up])
            .add(stack);
    }
}

#[test]
fn what_is_pasted_makes_the_stack_that_was_chosen() {
    let declared = graph(&stack(1, false, 300, 25.0, 1, 360), &Request::default()).unwrap();
    let found = find(&declared, "web").unwrap();
    let simulation = talk(Monitoring::Basic).with_fleet(Fleet { boot: Boot::constant(60.0, 120.0), ..found.fleet.clone() });
    let space = grid().with(Lever::MinSize, [1.0, 2.0]).with(Lever::Cooldown, [120.0, 360.0]).with(Lever::Detailed, [0.0, 1.0]);
    let tuning = Search::of(simulation, Objective::cpu_below(50.0)).space(space.with(Lever::Period, [60.0, 300.0])).run().unwrap();
    let text = tuning.rust(&found);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("// aws:ec2/launch-template:web, declared at ") && lines[0].contains("tests/search.rs:"), "{text}");
    let calls: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with("//")).collect();
    insta::assert_snapshot!(calls.join("\n"), @r#"
LaunchTemplate::new("web").monitoring(true)
AutoScalingGroup::new("web").min_size(2)
MetricAlarm::new("busy").over(1, 60).threshold(19.0)
"#);
    let number = |call: &str, otherwise: f64| {
        let found = text.split_once(call).map(|(_, rest)| rest.split(')').next().unwrap().rsplit(' ').next().unwrap().parse().unwrap());
        found.unwrap_or(otherwise)
    };
    let pasted = stack(
        number(".min_size(", 1.0) as i32,
        text.contains(".monitoring(true)"),
        number(".over(", 300.0) as i32,
        number(".threshold(", 25.0),
        number(".scaling_adjustment(", 1.0) as i32,
        number(".default_cooldown(", 360.0) as i32,
    );
    let pasted = find(&graph(&pasted, &Request::default()).unwrap(), "web").unwrap().fleet;
    let chosen = Fleet { boot: pasted.boot, ..tuning.fleet() };
    assert_eq!(pasted, chosen);
    let outcome = talk(Monitoring::Basic).with_fleet(tuning.fleet()).run().unwrap();
    outcome.assert_cpu_below(50.0).unwrap();
}
