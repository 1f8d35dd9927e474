//! Entry floors of etcd that data of the user's own have moved: who says so, and what that risks.

use crate::catalog::Catalog;
use crate::catalog::EMBEDDED;
use crate::catalog::EtcdEntry;
use crate::component::Component;
use crate::diagnostic::Diagnostic;
use crate::plan::Hazard;
use crate::plan::HazardSeverity;
use crate::plan::Reason;
use crate::plan::Step;
use crate::policy::RuleId;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;

use super::reasons::because;
use super::steps::Writer;

/// A floor below the one that the program brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lowered {
    /// The minor that is entered.
    pub(super) to: EtcdMinor,
    /// The floor now.
    pub(super) floor: EtcdVersion,
    /// The floor of the embedded data.
    pub(super) was: EtcdVersion,
    /// The file that lowers it.
    pub(super) file: String,
    /// Whether a failure is known below the floor that was.
    fails: bool,
    /// What the floors between are for.
    whys: Vec<String>,
    /// Where that is known from.
    source: Vec<String>,
}

/// The floors that files laid over the data have lowered.
pub(super) fn lowered(catalog: &Catalog) -> Result<Vec<Lowered>, Diagnostic> {
    let mut found = Vec::new();
    let own = catalog.etcd()?.entries().iter().filter(|entry| entry.decided_by != EMBEDDED);
    let embedded = Catalog::embedded();
    for entry in own {
        let Some(floor) = &entry.floor else { continue };
        let Some(before) = embedded.etcd()?.entry(entry.from, entry.to) else { continue };
        let Some(was) = before.floor.as_ref().filter(|was| floor < *was) else { continue };
        found.push(Lowered {
            to: entry.to,
            floor: floor.clone(),
            was: was.clone(),
            file: entry.decided_by.clone(),
            fails: before.safety_floor.as_ref().is_some_and(|safety| floor < safety),
            whys: whys(before, floor),
            source: before.source.clone(),
        });
    }
    Ok(found)
}

/// What the floors above `floor` are for, the gravest (the lowest) first.
fn whys(entry: &EtcdEntry, floor: &EtcdVersion) -> Vec<String> {
    let above = entry.history.iter().filter(|step| step.floor > *floor);
    let whys: Vec<String> =
        above.map(|step| format!("below {}: {}", step.floor, step.why)).collect();
    if whys.is_empty() { entry.why.iter().cloned().collect() } else { whys }
}

impl Lowered {
    /// What is done in one line.
    pub(super) fn title(&self) -> String {
        let Self { to, floor, was, file, .. } = self;
        format!("`{file}` lowers the entry floor of etcd {to} from {was} to {floor}")
    }

    /// What a hop risks that enters the minor from below the embedded floor.
    fn hazard(&self) -> Hazard {
        let Self { to, was, file, fails, whys, source, .. } = self;
        Hazard {
            id: "etcd-floor-lowered".to_owned(),
            severity: if *fails { HazardSeverity::Blocker } else { HazardSeverity::ActionRequired },
            component: Component::Etcd.name().to_owned(),
            title: self.title(),
            when: None,
            breaks: whys.join("; "),
            detect: None,
            remedy: format!(
                "Take the line out of `{file}` and plan again, so that every member runs {was} before \
                 etcd {to} is entered; or have the risk accepted by whoever answers for the cluster."
            ),
            source: [std::slice::from_ref(file), source].concat(),
            verified: true,
        }
    }

    /// Adds the risk to a hop whose steps enter the minor from below the embedded floor. What the data
    /// say of that floor stays, with a word on who decided against it.
    pub(super) fn warn(&self, steps: &[Step], hazards: &mut Vec<Hazard>) {
        let moves = steps.iter().flat_map(|step| &step.transitions);
        let mut entered = moves.filter_map(|change| Some((change.from.etcd()?, change.to.etcd()?)));
        let below = |(from, to): (&EtcdVersion, &EtcdVersion)| {
            from.minor() < self.to && to.minor() == self.to && *from < self.was
        };
        if !entered.any(below) {
            return;
        }
        let bare = self.was.bare();
        for hazard in hazards.iter_mut().filter(|it| it.component == Component::Etcd.name()) {
            let reading = hazard.detect.as_mut();
            for text in reading.map(|it| &mut it.meaning).into_iter().chain([&mut hazard.remedy]) {
                if text.contains(&bare) {
                    let Self { floor, file, .. } = self;
                    *text =
                        format!("{text} This plan goes by `{file}`, which asks for {floor} only.");
                }
            }
        }
        // The first of its severity: it is a decision of one's own.
        let own = self.hazard();
        let place = hazards.partition_point(|it| it.severity < own.severity);
        hazards.insert(place, own);
    }
}

impl Writer<'_> {
    /// The floor as a reason. Where a file has moved it the file is its source.
    pub(super) fn floor_reason(&self, minor: EtcdMinor, text: String) -> Reason {
        let mut reason = because(RuleId::EtcdEntryFloor, text);
        let matrix = self.catalog().etcd();
        let entries = matrix.iter().flat_map(|matrix| matrix.entries());
        let mut own = entries.filter(|entry| entry.to == minor && entry.decided_by != EMBEDDED);
        if let Some(entry) = own.next() {
            reason.source.clone_from(&entry.decided_by);
        }
        reason
    }
}
