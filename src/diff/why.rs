//! Why something differs, as far as the two plans tell.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::finding::some;
use crate::name::InstanceName;
use crate::plan::KubeProxyMode;
use crate::plan::Plan;
use crate::plan::State;
use crate::plan::Step;
use crate::version::KubernetesVersion;

const DAEMON_SET: &str = "kube-proxy";

type Versions<'a> = BTreeMap<(Component, &'a str), &'a ComponentVersion>;

/// What is known of the reasons.
#[derive(Debug)]
pub(super) struct Why<'a> {
    old: &'a Plan,
    new: &'a Plan,
    before: Versions<'a>,
    after: Versions<'a>,
    /// Whether versions that commands name are others in a way of their own: the start, the stops, or
    /// the family of distributions.
    pub(super) versions_moved: bool,
}

fn stops(plan: &Plan) -> Vec<(&KubernetesVersion, &KubernetesVersion)> {
    plan.hops.iter().map(|hop| (&hop.from, &hop.to)).collect()
}

fn versions(state: &State) -> Versions<'_> {
    let groups = state.instances.iter();
    groups
        .flat_map(|group| {
            group.names.iter().map(|name| ((group.component, name.as_str()), &group.version))
        })
        .collect()
}

impl<'a> Why<'a> {
    pub(super) fn of(old: &'a Plan, new: &'a Plan) -> Self {
        let (before, after) = (versions(old.found()), versions(new.found()));
        let versions_moved = stops(old) != stops(new)
            || before != after
            || old.provenance.options.os != new.provenance.options.os;
        Self { old, new, before, after, versions_moved }
    }

    /// Instances of one state that the other does not have, by component.
    pub(super) fn came_and_went(&self) -> [Vec<(Component, &'a str, &'a ComponentVersion)>; 2] {
        let only = |these: &Versions<'a>, those: &Versions<'a>| {
            let alone = these.iter().filter(|(key, _)| !those.contains_key(*key));
            alone.map(|((component, name), version)| (*component, *name, *version)).collect()
        };
        [only(&self.after, &self.before), only(&self.before, &self.after)]
    }

    /// In what the two plans were made from other things.
    pub(super) fn basis(&self) -> Vec<String> {
        let (then, now) = (&self.old.provenance, &self.new.provenance);
        let mut basis: Vec<String> = Vec::new();
        if self.old.metadata.name != self.new.metadata.name {
            basis.push(format!("name: {}, now {}", self.old.metadata.name, self.new.metadata.name));
        }
        if then.tool != now.tool {
            basis.push(format!("made by: {}, now {}", then.tool, now.tool));
        }
        basis.extend(self.data());
        basis.extend(self.inventory());
        let new = self.new.resumed.iter().filter(|it| !self.old.resumed.contains(it));
        basis.extend(
            new.map(|it| format!("taken up again before {}: {}", it.before, it.because.join("; "))),
        );
        let (then, now) = (&then.options, &now.options);
        if then.to != now.to {
            basis.push(format!("asked for: {}, now {}", then.to, now.to));
        }
        let pins = |options: &crate::plan::Options| -> Vec<String> {
            options.pin.values().map(ToString::to_string).collect()
        };
        if then.pin != now.pin {
            basis.push(format!("pinned: {}, now {}", list(&pins(then)), list(&pins(now))));
        }
        let avoided = |options: &crate::plan::Options| -> Vec<String> {
            options.avoid.iter().map(ToString::to_string).collect()
        };
        if then.avoid != now.avoid {
            basis.push(format!(
                "to be avoided: {}, now {}",
                list(&avoided(then)),
                list(&avoided(now))
            ));
        }
        basis
    }

    /// What the data say about themselves, where they are others.
    pub(super) fn data(&self) -> Option<String> {
        let (then, now) = (&self.old.provenance.catalog, &self.new.provenance.catalog);
        if then.digest == now.digest {
            return None;
        }
        let overlays = now.overlays.iter().filter(|layer| !then.overlays.contains(layer));
        let names: Vec<String> = overlays.map(|layer| format!("`{}`", layer.name)).collect();
        Some(if !names.is_empty() {
            format!("{} is laid over the data now", some(&names))
        } else if then.as_of == now.as_of {
            format!("other data, both as of {}", now.as_of)
        } else {
            format!("data as of {}, now as of {}", then.as_of, now.as_of)
        })
    }

    /// What is known of the inventory, where it is another one.
    pub(super) fn inventory(&self) -> Option<String> {
        let ((before, then), (after, now)) = (self.old.looked_at(), self.new.looked_at());
        if before == after {
            return None;
        }
        Some(match (then, now) {
            (Some(then), Some(now)) if then != now => format!("inventory of {then}, now of {now}"),
            _ => "another inventory".to_owned(),
        })
    }

    /// What is known of everything that a plan is made from, where something is another.
    pub(super) fn anything(&self) -> Option<String> {
        let tool = (self.old.provenance.tool != self.new.provenance.tool)
            .then(|| format!("made by {} now", self.new.provenance.tool));
        self.data().or_else(|| self.inventory()).or(tool)
    }

    /// Why another release is stopped at.
    pub(super) fn release(
        &self,
        before: &KubernetesVersion,
        after: &KubernetesVersion,
    ) -> Option<String> {
        let (then, now) = (&self.old.provenance.options, &self.new.provenance.options);
        if now.pin.values().any(|pin| pin == after) && !then.pin.values().any(|pin| pin == after) {
            return Some(format!("{after} is pinned now"));
        }
        if then.pin.values().any(|pin| pin == before) && !now.pin.values().any(|pin| pin == before)
        {
            return Some(format!("{before} is not pinned any more"));
        }
        if now.avoid.contains(before) && !then.avoid.contains(before) {
            return Some(format!("{before} is to be avoided now"));
        }
        if then.to != now.to {
            return Some(format!("{} was asked for, now {}", then.to, now.to));
        }
        self.data()
    }

    /// The name under which a component of a target stands in a state.
    fn instance<'n>(
        plan: &Plan,
        component: Component,
        target: &'n InstanceName,
    ) -> (Component, &'n str) {
        let daemon_set = component == Component::KubeProxy
            && plan.found().kube_proxy == KubeProxyMode::DaemonSet;
        (component, if daemon_set { DAEMON_SET } else { target.as_str() })
    }

    /// Whether a step is done on a target where the new plan starts, and was not where the old one did.
    pub(super) fn is_done(&self, step: &Step, target: &InstanceName) -> bool {
        let mut moved = false;
        for transition in &step.transitions {
            let instance = Self::instance(self.old, transition.component, target);
            let Some(now) = self.after.get(&instance) else { return false };
            let there = match transition.component {
                // A client may go down as well as up.
                Component::Kubectl if transition.to < transition.from => **now <= transition.to,
                _ => **now >= transition.to,
            };
            if !there {
                return false;
            }
            moved |= self.before.get(&instance).is_some_and(|then| *then != *now);
        }
        moved
    }

    /// Whether all of a step is done where the new plan starts.
    pub(super) fn all_done(&self, step: &Step) -> bool {
        !step.transitions.is_empty() && step.targets.iter().all(|name| self.is_done(step, name))
    }

    /// Why a step has other targets.
    pub(super) fn targets(&self, old: &Step, new: &Step) -> Option<String> {
        let knows = |versions: &Versions<'_>, name: &InstanceName| {
            Component::ALL
                .iter()
                .any(|component| versions.contains_key(&(*component, name.as_str())))
        };
        let (mut done, mut gone, mut came) = (Vec::new(), Vec::new(), Vec::new());
        for name in old.targets.iter().filter(|name| !new.targets.contains(name)) {
            if self.is_done(old, name) {
                done.push(format!("`{name}`"));
            } else if !knows(&self.after, name) {
                gone.push(format!("`{name}`"));
            }
        }
        for name in new.targets.iter().filter(|name| !old.targets.contains(name)) {
            if !knows(&self.before, name) {
                came.push(format!("`{name}`"));
            }
        }
        let parts = [
            (done, "done where the new plan starts"),
            (gone, "not in the cluster any more"),
            (came, "new in the cluster"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(names, _)| !names.is_empty())
            .map(|(names, what)| format!("{}: {what}", some(&names)))
            .collect();
        if parts.is_empty() {
            self.strategy().or_else(|| self.inventory())
        } else {
            Some(parts.join("; "))
        }
    }

    /// The target, where it is another one.
    pub(super) fn target(&self) -> Option<String> {
        (self.old.to != self.new.to).then(|| format!("the target is {} now", self.new.to))
    }

    /// The strategy, where it is another one.
    pub(super) fn strategy(&self) -> Option<String> {
        let (then, now) = (self.old.strategy, self.new.strategy);
        (then != now).then(|| format!("the strategy is {now} now"))
    }

    /// The rule that puts a step where it stands.
    pub(super) fn rule(step: &Step) -> Option<String> {
        step.because.first().map(|reason| reason.text.clone())
    }
}

fn list(values: &[String]) -> String {
    if values.is_empty() { "nothing".to_owned() } else { values.join(", ") }
}
