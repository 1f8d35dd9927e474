//! etcd: backup, upgrade, soak, and the rules that ask for them.

use super::super::reasons::because;
use super::super::reasons::plainly;
use super::super::roster::Roster;
use super::Change;
use super::Writer;
use super::moved;
use crate::component::Component;
use crate::diagnostic::Diagnostic;
use crate::name::InstanceName;
use crate::plan::Batch;
use crate::plan::Disruption;
use crate::plan::Reason;
use crate::policy::RuleId;
use crate::provider::Act;
use crate::provider::EtcdImage;
use crate::search::Transition;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

impl Writer<'_> {
    /// Backup, upgrade and soak of etcd, once for each minor that members come from.
    pub(in crate::planner) fn etcd(
        &mut self,
        roster: &mut Roster,
        to: &EtcdVersion,
        stop: &KubernetesVersion,
        next: Option<&Transition>,
    ) -> Result<(), Diagnostic> {
        let known = self.lowering.request.catalog.etcd()?.known_tag(to).map(str::to_owned);
        let tag = known.clone().unwrap_or_else(|| format!("{}-0", to.bare()));
        let running = roster.inventory.oldest_apiserver().unwrap_or(stop).clone();
        let level = roster.control_plane_is_level();
        for (from, targets) in roster.etcd_behind(to) {
            let mixed = roster.etcd_span().is_some_and(|(oldest, newest)| oldest != newest);
            self.backup(roster, Component::Etcd);
            let act = Act::Etcd {
                from: &from,
                to,
                moving: targets.len() as u64,
                image: EtcdImage { tag: &tag, shipped: known.is_some() },
                running: &running,
                level,
            };
            let reasons = self.etcd_reasons(&from, to, stop, mixed, next);
            let change = Change {
                component: Component::Etcd,
                moves: vec![moved(Component::Etcd, from.clone(), to.clone())],
                targets: &targets,
                pool: None,
                batch: Some(Batch { size: 1, canary: 0 }),
                disruption: Disruption::ControlPlane,
            };
            self.change(&act, change, reasons);
            roster.move_etcd(&targets, to);
            let soak = Act::EtcdSoak { etcd: to, minor_changed: from.minor() != to.minor() };
            let members: Vec<InstanceName> =
                roster.inventory.etcd.members.iter().map(|member| member.name.clone()).collect();
            self.push(&soak, &members, vec![plainly(RuleId::Soak), plainly(RuleId::EtcdFirst)]);
        }
        Ok(())
    }

    fn etcd_reasons(
        &self,
        from: &EtcdVersion,
        to: &EtcdVersion,
        stop: &KubernetesVersion,
        mixed: bool,
        next: Option<&Transition>,
    ) -> Vec<Reason> {
        let problem = self.lowering.problem;
        let mut reasons = Vec::new();
        if mixed {
            reasons.push(because(
                RuleId::EtcdOneVersion,
                "the members run different versions, and etcd is brought to one version before \
                  anything else",
            ));
        }
        // The floor is the reason of the step that reaches it, and of the one that relies on it.
        let enters = match next {
            Some(Transition::Etcd { to: after }) => after.minor(),
            _ => to.minor(),
        };
        let ladder_enters = problem.ladder.stops().iter().filter_map(|stop| stop.etcd.as_ref());
        let later = ladder_enters
            .map(|need| need.at_least.minor())
            .find(|minor| *minor == to.minor().next());
        for minor in [Some(enters), later].into_iter().flatten() {
            if let Some(floor) = problem
                .etcd
                .floors
                .get(&minor)
                .filter(|floor| floor.minor() == to.minor() && from < *floor)
                && to.minor() == from.minor()
            {
                reasons.push(self.floor_reason(
                    minor,
                    format!(
                        "etcd {minor} may be entered from v{} on, and {from} is below that",
                        floor.bare()
                    ),
                ));
                break;
            }
        }
        if to.minor() != from.minor() {
            reasons.push(because(
                RuleId::EtcdOneMinor,
                format!(
                    "from {} to {} is one minor, entered from {from}",
                    from.minor(),
                    to.minor()
                ),
            ));
            if let Some(floor) = problem.etcd.floors.get(&to.minor()) {
                reasons.push(self.floor_reason(
                    to.minor(),
                    format!(
                        "{from} is at or above {floor}, from which etcd {} may be entered",
                        to.minor()
                    ),
                ));
            }
        }
        if problem.etcd.avoid.contains(from) {
            reasons.push(because(
                RuleId::EtcdKnownBad,
                format!("the catalog marks {from} `avoid`; {to} is without such a fault"),
            ));
        }
        if let Some(need) = problem
            .ladder
            .stops()
            .iter()
            .find(|known| known.version == *stop)
            .and_then(|stop| stop.etcd.as_ref())
            && from < &need.at_least
        {
            let text = match need.rule {
                RuleId::EtcdMinimum => {
                    format!(
                        "`kubeadm init` of {stop} asks external etcd for {} at least, and {from} \
                          is older; `kubeadm upgrade` does not check it",
                        need.at_least
                    )
                }
                _ => format!(
                    "kubeadm deploys etcd {} with {stop}, and {from} is older",
                    need.at_least
                ),
            };
            reasons.push(because(need.rule, text));
        }
        reasons.push(plainly(RuleId::EtcdFirst));
        reasons
    }
}
