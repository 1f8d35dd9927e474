//! In which stretch of a plan which components stand apart, and for how long.

use crate::component::Component;

use super::model::SkewWindow;
use super::timeline::Census;
use super::timeline::Timeline;

/// Who is measured against whom. Instances of the API server and members of etcd are measured among
/// themselves.
const PAIRS: [(Component, Component); 8] = [
    (Component::Etcd, Component::Etcd),
    (Component::KubeApiserver, Component::KubeApiserver),
    (Component::KubeControllerManager, Component::KubeApiserver),
    (Component::KubeScheduler, Component::KubeApiserver),
    (Component::CloudControllerManager, Component::KubeApiserver),
    (Component::Kubelet, Component::KubeApiserver),
    (Component::KubeProxy, Component::KubeApiserver),
    (Component::Kubectl, Component::KubeApiserver),
];

/// Every stretch, in the order in which they begin. A stretch inside a single step is left out, except
/// where API servers or members of etcd stand apart.
pub(super) fn windows(timeline: &Timeline<'_>) -> Vec<SkewWindow> {
    let mut found: Vec<(usize, SkewWindow)> = Vec::new();
    for pair in PAIRS {
        found.extend(of_pair(timeline, pair));
    }
    // Stable: what begins in the same step stays in the canonical order.
    found.sort_by_key(|(from, window)| (window.from.is_some(), *from));
    found.into_iter().map(|(_, window)| window).collect()
}

fn of_pair(
    timeline: &Timeline<'_>,
    (component, against): (Component, Component),
) -> Vec<(usize, SkewWindow)> {
    let own = component == against;
    let mut found = Vec::new();
    let mut open: Option<Open> =
        apart(&timeline.start, component, against).map(|minors| Open { from: None, at: 0, minors });
    let last = timeline.moments.len().checked_sub(1);
    for (at, moment) in timeline.moments.iter().enumerate() {
        let during = apart(&moment.during, component, against);
        let after = apart(&moment.after, component, against);
        if let Some(minors) = during.max(after) {
            let known = open.get_or_insert(Open { from: Some(at), at, minors });
            known.minors = known.minors.max(minors);
        }
        if after.is_none()
            && let Some(Open { from, at: first, minors }) = open.take()
            && (own || first < at || from.is_none())
        {
            found.push((first, window(timeline, (component, against), from, Some(at), minors)));
        }
    }
    if let (Some(Open { from, at, minors }), Some(_)) = (open, last) {
        found.push((at, window(timeline, (component, against), from, None, minors)));
    }
    found
}

/// A stretch that has begun.
struct Open {
    /// The step; none where it holds before the first one.
    from: Option<usize>,
    /// The first step that counts.
    at: usize,
    minors: u64,
}

fn window(
    timeline: &Timeline<'_>,
    (component, against): (Component, Component),
    from: Option<usize>,
    to: Option<usize>,
    minors: u64,
) -> SkewWindow {
    let last = to.unwrap_or(timeline.moments.len() - 1);
    let id = |at: usize| timeline.moments[at].step.id;
    SkewWindow {
        component,
        against,
        minors,
        from: from.map(id),
        to: to.map(id),
        minutes: timeline.minutes(from.unwrap_or(0), last),
    }
}

/// How many minors two components are apart at the most; none where they are not.
fn apart(census: &Census<'_>, component: Component, against: Component) -> Option<u64> {
    if component == Component::Etcd {
        let minor = |version: &crate::component::ComponentVersion| {
            version.etcd().map(crate::version::EtcdVersion::minor)
        };
        let (oldest, newest) =
            (census.versions(component).next()?, census.versions(component).next_back()?);
        let (mut at, to, mut distance) = (minor(oldest)?, minor(newest)?, 0);
        while at < to {
            (at, distance) = (at.next(), distance + 1);
        }
        return (oldest != newest).then_some(distance);
    }
    let (oldest, newest) = census.minors(component)?;
    let (low, high) = census.minors(against)?;
    let distance = if component == against {
        newest - oldest
    } else {
        high.saturating_sub(oldest).max(newest.saturating_sub(low))
    };
    (distance > 0).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::super::timeline::Timeline;
    use super::windows;
    use crate::component::Component;
    use crate::diagnostic::SourceFile;
    use crate::plan::read;

    /// Worked out by hand from the steps of the sample: the API servers are apart from 1.09 to 1.11,
    /// which take 15 minutes each.
    #[test]
    fn stretches_begin_and_end_where_the_steps_say() {
        let text = include_str!("../../plans/prod-eu-1.plan.yaml");
        let plan = read(&SourceFile::new("plan.yaml", text)).unwrap();
        let windows = windows(&Timeline::new(&plan));
        let apiservers: Vec<_> = windows
            .iter()
            .filter(|window| window.component == Component::KubeApiserver)
            .map(|window| {
                let id = |id: Option<crate::plan::StepId>| id.unwrap().to_string();
                (id(window.from), id(window.to), window.minors, window.minutes.likely)
            })
            .collect();
        let expected = [("1.09", "1.11"), ("2.04", "2.06"), ("3.04", "3.06")];
        let expected: Vec<_> =
            expected.map(|(from, to)| (from.to_owned(), to.to_owned(), 1, 45)).to_vec();
        assert_eq!(apiservers, expected);
        let kubelets = windows.iter().find(|window| window.component == Component::Kubelet);
        let kubelets = kubelets.unwrap();
        assert_eq!(kubelets.from, None, "two kubelets are behind before the first step");
        assert_eq!(kubelets.to.unwrap().to_string(), "1.03");
        assert_eq!(kubelets.minutes.likely, 40 + 15 + 34);
    }
}
