//! Walks what the embedded catalog warns of: removals, gates, flags, hazards, bad releases.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::process::Command;

use kubehop::catalog::Catalog;
use kubehop::catalog::applies::Applies;
use kubehop::catalog::known_bad::Affected;
use kubehop::catalog::listing;
use kubehop::catalog::listing::Section;
use kubehop::version::EtcdVersion;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;

fn minor(number: u64) -> MinorVersion {
    MinorVersion::new(1, number)
}

fn version(text: &str) -> KubernetesVersion {
    text.parse().unwrap()
}

fn etcd(text: &str) -> EtcdVersion {
    text.parse().unwrap()
}

#[test]
fn apis_are_removed_after_they_were_deprecated() {
    let catalog = Catalog::embedded();
    let mut seen = BTreeSet::new();
    for api in catalog.api_removals().unwrap() {
        let name = format!("{} {}", api.group_version(), api.kinds.join(","));
        assert!(seen.insert(name.clone()), "{name} is there twice");
        assert!(!api.kinds.is_empty() && !api.migration.is_empty(), "{name}");
        if let (Some(deprecated), Some(removed)) = (api.deprecated_in, api.removed_in) {
            assert!(deprecated <= removed, "{name}");
        }
    }
    assert!(catalog.api_removals().unwrap().removed_in(minor(25)).count() > 5);
}

#[test]
fn gates_agree_with_what_changes_per_minor() {
    let catalog = Catalog::embedded();
    let gates = catalog.feature_gates().unwrap();
    let names: BTreeSet<_> = gates.gates().iter().map(|gate| &gate.name).collect();
    assert_eq!(names.len(), gates.gates().len());
    let mut removed: BTreeMap<MinorVersion, BTreeSet<&String>> = BTreeMap::new();
    let mut locked: BTreeMap<MinorVersion, BTreeMap<String, bool>> = BTreeMap::new();
    for gate in gates.gates() {
        let mut from = gate.stages[0].from;
        for (index, period) in gate.stages.iter().enumerate() {
            assert!(period.from >= from, "{}: stages ascend", gate.name);
            assert!(period.to.is_none_or(|to| to >= period.from), "{}", gate.name);
            assert!(period.to.is_some() || index + 1 == gate.stages.len(), "{}", gate.name);
            from = period.from;
        }
        assert_eq!(gate.locked_in.is_some(), gate.locked_value.is_some(), "{}", gate.name);
        if let Some(at) = gate.removed_in {
            removed.entry(at).or_default().insert(&gate.name);
        }
        if let (Some(at), Some(value)) = (gate.locked_in, gate.locked_value) {
            locked.entry(at).or_default().insert(gate.name.clone(), value);
        }
    }
    let unknown: BTreeSet<_> = gates.removal_unknown().gates.iter().collect();
    for at in gates.minors() {
        let changes = gates.per_minor(at).unwrap();
        let listed: BTreeSet<_> = changes.removed.iter().collect();
        let expected = removed.remove(&at).unwrap_or_default();
        let expected: BTreeSet<_> = expected.difference(&unknown).copied().collect();
        assert_eq!(listed, expected, "removed in {at}");
        let expected = locked.remove(&at).unwrap_or_default();
        assert_eq!(changes.newly_locked, expected, "locked in {at}");
        let on = changes.default_turned_on.iter().chain(&changes.new_and_on);
        for name in on.chain(&changes.default_turned_off) {
            assert!(names.contains(name), "{at}: {name}");
        }
    }
}

#[test]
fn flags_start_with_dashes_and_no_flag_goes_twice() {
    let catalog = Catalog::embedded();
    let mut seen = BTreeSet::new();
    for removed in catalog.removed_flags().unwrap().flags() {
        for flag in &removed.flags {
            assert!(flag.starts_with('-'), "{flag}");
            let key = (removed.component, removed.removed_in, flag, &removed.note);
            assert!(seen.insert(key), "{key:?}");
        }
    }
}

#[test]
fn hazards_have_ids_of_their_own_and_commands_that_a_shell_reads() {
    let catalog = Catalog::embedded();
    let hazards = catalog.hazards().unwrap();
    let mut ids = BTreeSet::new();
    for hazard in hazards {
        let id = &hazard.id;
        assert!(ids.insert(id), "{id} is there twice");
        for text in [&hazard.title, &hazard.breaks, &hazard.fix, &hazard.detect.meaning] {
            assert!(!text.trim().is_empty(), "{id}");
        }
        let output =
            Command::new("bash").args(["-n", "-c", &hazard.detect.command]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{id}: {errors}");
    }
    assert!(hazards.of_hop(minor(34)).count() > hazards.of_hop(minor(99)).count());
    assert!(hazards.of_hop(minor(99)).count() >= 14);
}

#[test]
fn a_condition_in_words_has_its_typed_form() {
    let catalog = Catalog::embedded();
    // Conditions that hold wherever the hazard can matter, so that nothing may be hidden.
    let unrestricted = ["control-plane-label-taint-124"];
    for hazard in catalog.hazards().unwrap() {
        let typed = hazard.applies != Applies::default();
        let exempt = unrestricted.contains(&hazard.id.as_str());
        assert!(hazard.when.is_none() || typed || exempt, "{}", hazard.id);
    }
    for entry in catalog.known_bad().unwrap() {
        assert!(entry.when.is_none() || entry.applies != Applies::default(), "{}", entry.id);
    }
}

#[test]
fn bad_releases_exist_and_their_fixes_come_after() {
    let catalog = Catalog::embedded();
    let releases = catalog.releases().unwrap();
    let matrix = catalog.etcd().unwrap();
    let mut ids = BTreeSet::new();
    for entry in catalog.known_bad().unwrap() {
        let id = &entry.id;
        assert!(ids.insert(id), "{id} is there twice");
        match &entry.affected {
            Affected::Kubernetes(fault) => {
                assert!(!fault.ranges.is_empty(), "{id}");
                for range in &fault.ranges {
                    assert!(range.from <= range.to, "{id}");
                    assert!(releases.knows(&range.from) && releases.knows(&range.to), "{id}");
                }
                for fixed in &fault.fixed_in {
                    assert!(releases.knows(fixed), "{id}: {fixed}");
                    assert!(
                        !fault.ranges.iter().any(|range| range.contains(fixed)),
                        "{id}: {fixed}"
                    );
                    assert_eq!(entry.has_fix_in(fixed.minor()), Some(fixed), "{id}: one per minor");
                }
            }
            Affected::Etcd(fault) => {
                for range in &fault.ranges {
                    assert!(range.from <= range.to, "{id}");
                    assert!(matrix.release(&range.from).is_some(), "{id}");
                    assert!(matrix.release(&range.to).is_some(), "{id}");
                }
                for fixed in &fault.fixed_in {
                    assert!(matrix.release(fixed).is_some(), "{id}: {fixed}");
                    assert!(!fault.ranges.iter().any(|range| range.contains(fixed)), "{id}");
                }
            }
            Affected::Other(fault) => assert!(!fault.ranges.is_empty(), "{id}"),
        }
    }
}

#[test]
fn a_vendor_build_is_as_bad_as_its_release() {
    let catalog = Catalog::embedded();
    let bad = catalog.known_bad().unwrap();
    let ids = |text: &str| -> Vec<_> {
        bad.hits(&version(text)).into_iter().map(|entry| entry.id.as_str()).collect()
    };
    assert!(ids("v1.30.0").contains(&"kubeadm-1300"));
    assert_eq!(ids("v1.30.0"), ids("v1.30.0-eks-1234"));
    assert!(!ids("v1.30.14").contains(&"kubeadm-1300"));
    assert!(!bad.hits_etcd(&etcd("3.5.1-0")).is_empty());
    assert!(bad.hits_etcd(&etcd("3.7.2")).is_empty());
    let fix = bad.get("kubeadm-1300").unwrap().has_fix_in(minor(30));
    assert_eq!(fix, Some(&version("v1.30.1")));
}

#[test]
fn every_section_lists_rows_as_wide_as_its_head() {
    let catalog = Catalog::embedded();
    for section in Section::ALL {
        assert_eq!(section.name().parse(), Ok(section));
        for only in [None, Some(minor(25))] {
            let listing = listing::list(&catalog, section, only).unwrap();
            assert!(!listing.rows.is_empty(), "{section} {only:?}");
            for row in &listing.rows {
                assert_eq!(row.len(), listing.columns.len(), "{section}");
                assert!(row.iter().all(|cell| !cell.is_empty()), "{section}: {row:?}");
            }
        }
    }
    let error = "api".parse::<Section>().unwrap_err().to_string();
    assert!(error.contains("`apis`"), "{error}");
}
