//! Which minors an instance may run: the rules of the policy turned round.

use crate::policy::SkewRule;
use crate::version::MinorVersion;

use super::model::Allowed;

/// The minors that `rule` permits beside one `reference`, both ends included.
///
/// A rule has tighter numbers for old subjects, so the ends are found by asking it, minor by minor.
pub(super) fn beside(rule: &SkewRule, reference: MinorVersion) -> Allowed {
    let fits = |minor: &MinorVersion| rule.excess(*minor, reference).is_none();
    let down = std::iter::successors(Some(reference), |minor| minor.previous());
    let up = std::iter::successors(Some(reference), |minor| Some(minor.next()));
    Allowed { min: down.take_while(fits).last(), max: up.take_while(fits).last() }
}

impl Allowed {
    /// What fits both.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        let tighter = |left: Option<MinorVersion>, right: Option<MinorVersion>, newest: bool| match (
            left, right,
        ) {
            (Some(left), Some(right)) if newest => Some(left.min(right)),
            (Some(left), Some(right)) => Some(left.max(right)),
            (left, right) => left.or(right),
        };
        Self { min: tighter(self.min, other.min, false), max: tighter(self.max, other.max, true) }
    }

    /// What fits beside every reference; nothing is limited where there is none.
    pub(super) fn beside_all(
        rule: &SkewRule,
        references: impl IntoIterator<Item = MinorVersion>,
    ) -> Self {
        let ranges = references.into_iter().map(|reference| beside(rule, reference));
        ranges.fold(Self::default(), Self::and)
    }

    /// Whether no minor fits, because the references are too far apart.
    pub fn is_empty(&self) -> bool {
        self.min.zip(self.max).is_some_and(|(min, max)| min > max)
    }
}

#[cfg(test)]
mod tests {
    use super::Allowed;
    use crate::policy::SkewRule;
    use crate::policy::VersionSkewPolicy;
    use crate::version::MinorVersion;

    fn range(rule: &SkewRule, references: &[u64]) -> (u64, u64) {
        let references = references.iter().map(|number| MinorVersion::new(1, *number));
        let allowed = Allowed::beside_all(rule, references);
        (allowed.min.unwrap().number(), allowed.max.unwrap().number())
    }

    /// By hand, from the tables of <https://kubernetes.io/releases/version-skew-policy/>.
    #[test]
    fn ranges_are_those_of_the_policy_page() {
        let policy = VersionSkewPolicy::upstream();
        for (what, rule, references, expected) in [
            ("kubelet", &policy.kubelet, &[36][..], (33, 36)),
            ("kubelet, two minors run", &policy.kubelet, &[36, 35], (33, 35)),
            ("kubelet, three back", &policy.kubelet, &[28], (25, 28)),
            ("kubelet before 1.25", &policy.kubelet, &[27], (25, 27)),
            ("kubelet before 1.25, two back", &policy.kubelet, &[26], (24, 26)),
            ("kubelet, narrowed below 1.25", &policy.kubelet, &[27, 26], (25, 26)),
            ("kube-proxy", &policy.kube_proxy, &[36], (33, 36)),
            ("kube-proxy, two minors run", &policy.kube_proxy, &[36, 35], (33, 35)),
            ("kube-proxy beside a kubelet", &policy.kube_proxy_kubelet, &[30], (27, 33)),
            ("kube-proxy beside an old kubelet", &policy.kube_proxy_kubelet, &[24], (22, 27)),
            ("controllers", &policy.controllers, &[36], (35, 36)),
            ("controllers, two minors run", &policy.controllers, &[36, 35], (35, 35)),
            ("kubectl", &policy.kubectl, &[36], (35, 37)),
            ("kubectl, two minors run", &policy.kubectl, &[36, 35], (35, 36)),
            ("kube-apiserver beside another", &policy.apiserver, &[36], (35, 37)),
        ] {
            assert_eq!(range(rule, references), expected, "{what}");
        }
    }

    #[test]
    fn references_too_far_apart_leave_nothing() {
        let policy = VersionSkewPolicy::upstream();
        let minors = [30, 33].map(|number| MinorVersion::new(1, number));
        assert!(Allowed::beside_all(&policy.kubectl, minors).is_empty());
        assert!(!Allowed::beside_all(&policy.kubelet, minors).is_empty());
        assert!(!Allowed::beside_all(&policy.kubelet, []).is_empty());
    }
}
