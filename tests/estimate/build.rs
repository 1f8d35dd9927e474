//! Plans, calendars and questions for the tests.

use std::fmt::Write as _;

use jiff::civil::Date;
use kubehop::catalog::Catalog;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Strategy;
use kubehop::diagnostic::SourceFile;
use kubehop::estimate;
use kubehop::estimate::Answer;
use kubehop::estimate::Calendar;
use kubehop::estimate::DeadlineQuestion;
use kubehop::estimate::EnvironmentEstimate;
use kubehop::estimate::Estimate;
use kubehop::estimate::EstimateProfile;
use kubehop::estimate::Request;
use kubehop::estimate::calendar;
use kubehop::estimate::profile;
use kubehop::inventory::Inventory;
use kubehop::plan::Plan;
use kubehop::planner::Outcome;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;

/// A cluster at 1.27 with an etcd that no hop moves, and these pools.
pub(crate) fn inventory(control_plane: usize, pools: &[(&str, u64)]) -> String {
    let mut text = String::from(
        "apiVersion: kubehop.dev/v1alpha1\nkind: ClusterInventory\nmetadata: {name: test}\ncontrolPlane:\n  nodes:\n",
    );
    for number in 1..=control_plane {
        _ = writeln!(
            text,
            "  - {{name: cp-{number}, kubeApiserver: v1.27.16, kubeControllerManager: v1.27.16, kubeScheduler: v1.27.16, kubelet: v1.27.16}}"
        );
    }
    text.push_str("etcd:\n  topology: stacked\n  members:\n");
    for number in 1..=control_plane {
        _ = writeln!(text, "  - {{name: cp-{number}, version: v3.5.33}}");
    }
    text.push_str("kubeProxy: v1.27.16\nnodePools:\n");
    for (pool, count) in pools {
        _ = writeln!(text, "- {{name: {pool}, count: {count}, kubelet: v1.27.16}}");
    }
    text.push_str("clients:\n- {name: laptop, kubectl: v1.27.16}\n");
    text
}

pub(crate) fn planned_with(inventory: &str, to: &str, strategy: Strategy) -> Plan {
    let catalog = Catalog::embedded();
    let inventory = Inventory::read(&SourceFile::new("i.yaml", inventory)).unwrap();
    let request = kubehop::planner::Request {
        inventory: &inventory,
        catalog: &catalog,
        to: to.parse().unwrap(),
        strategy,
        pins: [].into(),
        avoid: [].into(),
        os: OsFamily::Debian,
        strict: false,
        etcd: None,
        from_minor: None,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    match plan(&request).unwrap() {
        Outcome::Planned { plan, .. } => *plan,
        Outcome::NothingToDo { .. } => panic!("there is something to do"),
    }
}

/// A plan from 1.27.
pub(crate) fn planned(control_plane: usize, pools: &[(&str, u64)], to: &str) -> Plan {
    planned_with(&inventory(control_plane, pools), to, Strategy::EveryHop)
}

pub(crate) fn calendar_of(body: &str) -> Calendar {
    let text = format!("apiVersion: kubehop.dev/v1alpha1\nkind: Calendar\n{body}");
    calendar::read(&SourceFile::new("c.yaml", text))
        .unwrap_or_else(|error| panic!("{}", error.render(false)))
}

pub(crate) fn profile_of(body: &str) -> EstimateProfile {
    let text = format!("apiVersion: kubehop.dev/v1alpha1\nkind: EstimateProfile\n{body}");
    profile::read(&SourceFile::new("p.yaml", text))
        .unwrap_or_else(|error| panic!("{}", error.render(false)))
}

/// One environment that works on every day from 9 to 17, with these lines for it.
pub(crate) fn production(timezone: &str, freezes: &str, environment: &str) -> Calendar {
    calendar_of(&format!(
        "timezone: {timezone}\nworkingDays: [mon, tue, wed, thu, fri, sat, sun]\nworkingHours: {{from: '09:00', to: '17:00'}}\nfreezes: [{freezes}]\nenvironments:\n- name: production\n  {}\n",
        environment.replace('\n', "\n  ")
    ))
}

/// What is asked, with what a test changes of it.
pub(crate) struct Question<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) calendar: Calendar,
    pub(crate) profile: EstimateProfile,
    pub(crate) start: &'a str,
    pub(crate) deadline: DeadlineQuestion,
    pub(crate) alternatives: Vec<(String, Plan)>,
    pub(crate) seed: u64,
    pub(crate) runs: u32,
}

impl<'a> Question<'a> {
    pub(crate) fn new(plan: &'a Plan, calendar: Calendar, start: &'a str) -> Self {
        Self {
            plan,
            calendar,
            profile: EstimateProfile::default(),
            start,
            deadline: DeadlineQuestion::None,
            alternatives: Vec::new(),
            seed: 1,
            runs: 100,
        }
    }

    pub(crate) fn answer(&self) -> Answer {
        let catalog = Catalog::embedded();
        let answer = estimate::estimate(&Request {
            plan: self.plan,
            calendar: &self.calendar,
            profile: &self.profile,
            releases: catalog.releases().unwrap(),
            start: date(self.start),
            deadline: self.deadline,
            alternatives: &self.alternatives,
            seed: self.seed,
            runs: self.runs,
        });
        answer.unwrap_or_else(|error| panic!("{}", error.render(false)))
    }

    pub(crate) fn estimate(&self) -> Estimate {
        match self.answer() {
            Answer::Estimate(estimate) => *estimate,
            Answer::DoesNotFit(_, findings) => panic!("does not fit: {findings:?}"),
        }
    }
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// `1.03 2027-01-11T09:00..09:40 n=..`: every placement of the steps that match.
pub(crate) fn placed(environment: &EnvironmentEstimate, step: &str) -> Vec<String> {
    let step = environment.steps.iter().find(|it| it.step.to_string() == step).unwrap();
    let shown = step.placed.iter().map(|placed| {
        let nodes = if placed.nodes > 0 {
            format!(" {} nodes in {} rounds", placed.nodes, placed.rounds)
        } else {
            String::new()
        };
        let (start, end) = (placed.start.zoned(), placed.end.zoned());
        format!("{} to {}{nodes}", start.strftime("%a %d %H:%M"), end.strftime("%H:%M"))
    });
    shown.collect()
}
