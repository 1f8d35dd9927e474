//! The plan on a terminal: 80 columns, no colour.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use comfy_table::CellAlignment;

use crate::component::Component;
use crate::diagnostic::Severity;
use crate::name::PoolName;
use crate::plan::Plan;
use crate::plan::Step;

use super::Options;
use super::text::counted;
use super::text::one_line;
use super::text::print;
use super::text::steps as ids;
use super::text::table;
use super::text::wrapped;
use super::view::HopView;
use super::view::Resumed;
use super::view::Runbook;
use super::view::clock;

const WIDTH: u16 = 80;

/// What the plan is, in the order in which things move, and what to do next.
pub fn summary(whole: &Plan, options: &Options<'_>) -> String {
    let to_do = whole.to_do();
    let plan = &*to_do;
    let view = Runbook::new(whole, plan, options);
    let mut out = String::new();
    title(&mut out, &view);
    resumed(&mut out, &view.resumed);
    if plan.hops.is_empty() && plan.closing.is_empty() {
        out.push_str("\nNothing to do.\n");
        return out;
    }
    hops(&mut out, &view.hops);
    order(&mut out, plan);
    etcd(&mut out, plan);
    open_points(&mut out, &view);
    next(&mut out, plan);
    out
}

fn title(out: &mut String, view: &Runbook<'_>) {
    let totals = &view.totals;
    _ = writeln!(out, "{}: {} to {}, strategy {}", view.cluster, view.from, view.to, view.strategy);
    let soak = if view.soak.is_empty() { String::new() } else { format!(", soak {}", view.soak) };
    let saved = match totals.drains_saved {
        0 => String::new(),
        saved => format!(" ({saved} fewer than with every-hop)"),
    };
    _ = writeln!(
        out,
        "{}, {}, {}{saved}; work {} (h:mm){soak}",
        counted(totals.hops, "hop"),
        counted(totals.steps, "step"),
        counted(totals.drains, "node drain"),
        view.time.likely,
    );
}

/// What is over is not told again: the numbers are of what is to do.
fn resumed(out: &mut String, resumed: &Resumed<'_>) {
    let Some(last) = resumed.times.last() else { return };
    let over = counted(resumed.over.len() as u64, "step");
    let is = if resumed.over.len() == 1 { "is" } else { "are" };
    let before = &last.before;
    let text =
        format!("Taken up again before {before}: {over} {is} over, and the rest is told here.");
    _ = writeln!(out, "{}", wrapped(WIDTH, &text));
    for reason in last.because {
        _ = writeln!(out, "{}", wrapped(WIDTH, &format!("  {}", one_line(reason))));
    }
}

fn hops(out: &mut String, hops: &[HopView<'_>]) {
    if hops.is_empty() {
        return;
    }
    let mut table = table(
        WIDTH,
        &["Hop", "From", "To", "Steps", "Drains", "Work", "Soak", "Blockers", "Others"],
    );
    for hop in hops {
        let soak = if hop.soak.is_empty() { clock(0) } else { hop.soak.clone() };
        table.add_row([
            hop.number.to_string(),
            hop.from.clone(),
            hop.to.clone(),
            hop.step_count.to_string(),
            hop.drains.to_string(),
            hop.time.likely.clone(),
            soak,
            hop.blockers.len().to_string(),
            hop.hazard_count.to_string(),
        ]);
    }
    for column in [3, 4, 5, 6, 7, 8] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    print(out, &table);
}

/// What moves, in order: consecutive steps that bring the same parts to the same version are one
/// line.
fn order(out: &mut String, plan: &Plan) {
    let mut table = table(WIDTH, &["Steps", "Moves", "To", "Where"]);
    let steps: Vec<&Step> =
        plan.steps().map(|(_, step)| step).filter(|step| !step.transitions.is_empty()).collect();
    for steps in steps.chunk_by(|left, right| moves(left) == moves(right)) {
        let first = steps[0];
        let ids = ids(&steps.iter().map(|step| step.id).collect::<Vec<_>>());
        let to = first.transitions[0].to.to_string();
        table.add_row([ids, parts(first), to, place(steps)]);
    }
    if table.row_count() > 0 {
        print(out, &table);
    }
}

/// What a step brings where. kube-proxy, which may move with the last of several nodes, makes no
/// difference.
fn moves(step: &Step) -> (Option<Component>, bool, String) {
    let to = step.transitions.first().map_or_else(String::new, |change| change.to.to_string());
    let lead = step.component.or(step.transitions.first().map(|change| change.component));
    (lead, step.pool.is_some(), to)
}

fn parts(step: &Step) -> String {
    let moved: Vec<Component> = step.transitions.iter().map(|change| change.component).collect();
    let servers =
        [Component::KubeApiserver, Component::KubeControllerManager, Component::KubeScheduler];
    let whole = servers.iter().all(|server| moved.contains(server));
    let mut names: Vec<&str> = Vec::new();
    if whole {
        names.push("control plane");
    }
    for component in moved {
        let told = names.contains(&component.name()) || whole && servers.contains(&component);
        if !told {
            names.push(component.name());
        }
    }
    names.join(", ")
}

fn place(steps: &[&Step]) -> String {
    let count: usize = steps.iter().map(|step| step.targets.len()).sum();
    // A pool of several versions takes several steps, but stays one pool.
    let pools: BTreeSet<&PoolName> = steps.iter().filter_map(|step| step.pool.as_ref()).collect();
    let what = match steps[0].component {
        Some(Component::Etcd) => "member",
        Some(Component::Kubectl) => "client",
        _ => "node",
    };
    let targets = counted(count as u64, what);
    match (pools.first(), pools.len(), steps) {
        (None, _, [step]) if step.targets.len() == 1 => step.targets[0].to_string(),
        (None, ..) => targets,
        (Some(pool), 1, _) => format!("{targets} of {pool}"),
        (_, pools, _) => format!("{targets} in {}", counted(pools as u64, "pool")),
    }
}

/// The versions at which etcd stops on its way.
fn etcd(out: &mut String, plan: &Plan) {
    let mut stops: Vec<String> = Vec::new();
    for (_, step) in plan.steps() {
        for change in &step.transitions {
            if change.component == Component::Etcd {
                if stops.is_empty() {
                    stops.push(change.from.to_string());
                }
                let to = change.to.to_string();
                if stops.last() != Some(&to) {
                    stops.push(to);
                }
            }
        }
    }
    if stops.is_empty() {
        out.push_str("\netcd does not change.\n");
    } else {
        _ = writeln!(out, "\n{}", wrapped(WIDTH, &format!("etcd: {}", stops.join(", then "))));
    }
}

fn open_points(out: &mut String, view: &Runbook<'_>) {
    let mut line = |text: String| _ = writeln!(out, "{text}");
    match view.assumptions.len() as u64 {
        0 => line("No assumptions.".to_owned()),
        count => {
            line(format!("{} to confirm:", counted(count, "assumption")));
            for assumption in view.assumptions {
                line(wrapped(
                    WIDTH,
                    &format!("  {}: {}", assumption.id, one_line(&assumption.text)),
                ));
            }
        }
    }
    line(format!(
        "{} to settle before their hop, {} to look at.",
        counted(view.totals.blockers, "blocker"),
        counted(view.totals.other_hazards, "other hazard")
    ));
    if view.verification.asked {
        let (errors, warnings) = (view.verification.errors, view.verification.warnings);
        line(format!(
            "Verified: {}, {}.",
            counted(errors as u64, "error"),
            counted(warnings as u64, "warning")
        ));
        for finding in view.verification.findings.iter().filter(|one| one.severity < Severity::Info)
        {
            let text = format!("  {} {}: {}", finding.code, finding.subject, finding.message);
            line(wrapped(WIDTH, &one_line(&text).replacen("", "  ", 1)));
        }
    }
}

fn next(out: &mut String, plan: &Plan) {
    let step = plan
        .steps()
        .map(|(_, step)| step)
        .find(|step| !step.transitions.is_empty())
        .map_or_else(|| "1.01".to_owned(), |step| step.id.to_string());
    let explain = format!("kubehop explain PLAN {step}");
    out.push_str("\nNext, with the plan in a file (`-o yaml > PLAN`):\n");
    for (command, what) in [
        ("kubehop verify PLAN", "check it again, on a newer inventory too"),
        ("kubehop render PLAN -o md", "the runbook for the change ticket"),
        (explain.as_str(), "why this step stands where it stands"),
    ] {
        _ = writeln!(out, "  {command:<27} {what}");
    }
}
