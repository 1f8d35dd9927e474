//! The version skew policy of Kubernetes, as numbers
//! (<https://kubernetes.io/releases/version-skew-policy/>).

use crate::version::MinorVersion;

use super::RuleId;

/// How far one component may be from another, in minors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkewRule {
    /// The rule.
    pub id: RuleId,
    /// How many minors older the subject may be.
    pub max_older: u32,
    /// How many minors newer the subject may be.
    pub max_newer: u32,
    /// Tighter numbers for subjects older than some minor.
    pub old_subject: Option<OldSubject>,
}

/// Tighter numbers for subjects older than some minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldSubject {
    /// Subjects older than this minor.
    pub before: MinorVersion,
    /// How many minors older they may be.
    pub max_older: u32,
    /// How many minors newer they may be.
    pub max_newer: u32,
}

/// How far outside a rule a pair is, in minors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Excess {
    /// The subject is this many minors older than permitted.
    TooOld(u32),
    /// The subject is this many minors newer than permitted.
    TooNew(u32),
}

impl SkewRule {
    /// The limits that hold for a subject of this minor: older, newer.
    pub fn limits(&self, subject: MinorVersion) -> (u32, u32) {
        match self.old_subject {
            Some(old) if subject < old.before => (old.max_older, old.max_newer),
            _ => (self.max_older, self.max_newer),
        }
    }

    /// How far `subject` is outside the rule, measured against `reference`; `None` inside it.
    pub fn excess(&self, subject: MinorVersion, reference: MinorVersion) -> Option<Excess> {
        let (max_older, max_newer) = self.limits(subject);
        let behind = subject.behind(reference);
        let over = |distance: i64, limit: u32| {
            u32::try_from(distance - i64::from(limit)).ok().filter(|over| *over > 0)
        };
        over(behind, max_older)
            .map(Excess::TooOld)
            .or_else(|| over(behind.saturating_neg(), max_newer).map(Excess::TooNew))
    }
}

/// The version skew policy.
///
/// Each rule is measured against every kube-apiserver that the subject may reach, so while API
/// servers of two minors run the windows shrink by themselves: that is what the policy page calls
/// narrowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionSkewPolicy {
    /// kube-apiserver against the other kube-apiservers.
    pub apiserver: SkewRule,
    /// kube-controller-manager, kube-scheduler, cloud-controller-manager against kube-apiserver.
    pub controllers: SkewRule,
    /// kubelet against kube-apiserver.
    pub kubelet: SkewRule,
    /// kube-proxy against kube-apiserver.
    pub kube_proxy: SkewRule,
    /// kube-proxy against the kubelet of its node.
    pub kube_proxy_kubelet: SkewRule,
    /// kubectl against kube-apiserver.
    pub kubectl: SkewRule,
}

/// From this kubelet or kube-proxy on three minors are permitted, before it two (KEP-3935).
const THREE_MINORS_FROM: MinorVersion = MinorVersion::new(1, 25);

impl VersionSkewPolicy {
    /// The policy as upstream states it.
    pub const fn upstream() -> Self {
        let old_node = OldSubject { before: THREE_MINORS_FROM, max_older: 2, max_newer: 0 };
        Self {
            apiserver: SkewRule {
                id: RuleId::ApiserverHa,
                max_older: 1,
                max_newer: 1,
                old_subject: None,
            },
            controllers: SkewRule {
                id: RuleId::Controllers,
                max_older: 1,
                max_newer: 0,
                old_subject: None,
            },
            kubelet: SkewRule {
                id: RuleId::Kubelet,
                max_older: 3,
                max_newer: 0,
                old_subject: Some(old_node),
            },
            kube_proxy: SkewRule {
                id: RuleId::KubeProxy,
                max_older: 3,
                max_newer: 0,
                old_subject: Some(old_node),
            },
            kube_proxy_kubelet: SkewRule {
                id: RuleId::KubeProxyKubelet,
                max_older: 3,
                max_newer: 3,
                old_subject: Some(OldSubject {
                    before: THREE_MINORS_FROM,
                    max_older: 2,
                    max_newer: 2,
                }),
            },
            kubectl: SkewRule {
                id: RuleId::Kubectl,
                max_older: 1,
                max_newer: 1,
                old_subject: None,
            },
        }
    }
}

impl Default for VersionSkewPolicy {
    fn default() -> Self {
        Self::upstream()
    }
}

#[cfg(test)]
mod tests {
    use super::Excess;
    use super::SkewRule;
    use super::VersionSkewPolicy;
    use crate::version::MinorVersion;

    fn excess(rule: &SkewRule, subject: u64, reference: u64) -> Option<Excess> {
        rule.excess(MinorVersion::new(1, subject), MinorVersion::new(1, reference))
    }

    #[test]
    fn kubelets_may_trail_by_three_and_older_ones_by_two() {
        let rule = VersionSkewPolicy::upstream().kubelet;
        for (kubelet, apiserver, expected) in [
            (30, 30, None),
            (27, 30, None),
            (26, 30, Some(Excess::TooOld(1))),
            (25, 28, None),
            (24, 26, None),
            (24, 27, Some(Excess::TooOld(1))),
            (31, 30, Some(Excess::TooNew(1))),
        ] {
            assert_eq!(excess(&rule, kubelet, apiserver), expected, "{kubelet} under {apiserver}");
        }
    }

    #[test]
    fn kubectl_may_lead_and_trail_by_one() {
        let rule = VersionSkewPolicy::upstream().kubectl;
        assert_eq!(excess(&rule, 31, 30), None);
        assert_eq!(excess(&rule, 29, 30), None);
        assert_eq!(excess(&rule, 32, 30), Some(Excess::TooNew(1)));
        assert_eq!(excess(&rule, 27, 30), Some(Excess::TooOld(2)));
    }

    #[test]
    fn kube_proxy_may_lead_its_kubelet() {
        let rule = VersionSkewPolicy::upstream().kube_proxy_kubelet;
        assert_eq!(excess(&rule, 30, 27), None);
        assert_eq!(excess(&rule, 31, 27), Some(Excess::TooNew(1)));
        assert_eq!(excess(&rule, 24, 27), Some(Excess::TooOld(1)));
    }

    #[test]
    fn another_major_is_outside_every_rule() {
        let policy = VersionSkewPolicy::upstream();
        let far = policy.kubelet.excess(MinorVersion::new(2, 0), MinorVersion::new(1, 30));
        assert!(matches!(far, Some(Excess::TooNew(_))));
    }
}
