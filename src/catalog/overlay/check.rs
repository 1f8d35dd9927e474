//! What a document must hold beyond its form.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::catalog::etcd::EtcdMatrix;
use crate::catalog::known_bad::Affected;
use crate::catalog::known_bad::Fault;
use crate::catalog::known_bad::KnownBad;
use crate::catalog::releases::Releases;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::document::CatalogDocument;
use super::document::EtcdEntryOverlay;
use super::document::EtcdOverlay;
use super::document::EtcdReleaseOverlay;
use super::document::EtcdRequirementOverlay;
use super::document::ReleaseOverlay;

/// A file under check.
pub(super) struct Check<'a> {
    pub(super) file: &'a SourceFile,
}

impl Check<'_> {
    /// An error at a path. The line is shown where `value` stands once in the file.
    fn error(
        &self,
        path: impl Into<String>,
        value: &str,
        message: String,
        help: &str,
    ) -> Diagnostic {
        let place = Place {
            file: self.file.clone(),
            path: Some(path.into()),
            position: locate(self.file.text(), value),
        };
        Diagnostic::error(message).at(place).help(help)
    }

    /// An etcd section; `prefix` is the path of it, with a dot, or empty.
    pub(super) fn etcd(
        &self,
        prefix: &str,
        overlay: &EtcdOverlay,
        known: &EtcdMatrix,
    ) -> Result<(), Diagnostic> {
        let EtcdOverlay { kubernetes, entries, releases, avoid, recommended } = overlay;
        for (minor, requirement) in kubernetes {
            self.requirement(&format!("{prefix}kubernetes.\"{minor}\""), requirement)?;
        }
        for (minor, EtcdReleaseOverlay { images, patches }) in releases {
            let path = format!("{prefix}releases.\"{minor}\"");
            for (index, tag) in images.iter().enumerate() {
                self.image(format!("{path}.images[{index}]"), *minor, tag, patches, known)?;
            }
            if let Some(version) = patches.keys().find(|version| version.minor() != *minor) {
                let message = format!("`{version}` is not a patch of etcd {minor}");
                let help = "put it under its own minor";
                return Err(self.error(
                    format!("{path}.{version}"),
                    &version.to_string(),
                    message,
                    help,
                ));
            }
            let mut all: BTreeMap<&EtcdVersion, Date> = BTreeMap::new();
            if let Some(release) = known.releases.get(minor) {
                all.extend(release.patches.iter().map(|(version, date)| (version, *date)));
            }
            all.extend(patches.iter().map(|(version, date)| (version, *date)));
            self.ascending(&path, all)?;
        }
        let exists = |version: &EtcdVersion| {
            let laid_over = releases.get(&version.minor());
            known.release(version).is_some()
                || laid_over.is_some_and(|release| release.patches.contains_key(version))
        };
        let mut seen = BTreeSet::new();
        for (index, entry) in entries.iter().enumerate() {
            let path = format!("{prefix}entries[{index}]");
            self.entry(&path, entry, &exists)?;
            if !seen.insert((entry.from, entry.to)) {
                let message = format!("etcd {} to {} is given twice", entry.from, entry.to);
                return Err(self.error(path, "", message, "keep one of the two entries"));
            }
        }
        for (index, range) in avoid.iter().enumerate() {
            let path = format!("{prefix}avoid[{index}]");
            if range.from.minor() != range.to.minor() || range.from > range.to {
                let message = format!(
                    "`{}` to `{}` is not a range of patches of one etcd minor",
                    range.from, range.to
                );
                let help = "give the first and the last bad patch; one entry for each minor";
                return Err(self.error(path, &range.to.to_string(), message, help));
            }
            if range.reason.trim().is_empty() {
                let help = "say what happens with these patches";
                return Err(self.error(path + ".reason", "", "the reason is empty".into(), help));
            }
        }
        for (minor, version) in recommended {
            self.recommended(prefix, *minor, version, overlay, exists(version))?;
        }
        Ok(())
    }

    /// A tag is read for its version and ends up in commands.
    fn image(
        &self,
        path: String,
        minor: EtcdMinor,
        tag: &str,
        patches: &BTreeMap<EtcdVersion, Date>,
        known: &EtcdMatrix,
    ) -> Result<(), Diagnostic> {
        let plain = tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        let version = tag.parse::<EtcdVersion>().ok().filter(|_| plain);
        let Some(version) = version.filter(|version| version.minor() == minor) else {
            let message = format!("`{tag}` is not an image tag of etcd {minor}");
            let help = "give a tag that starts with a patch of the minor, such as `3.5.21-0`";
            return Err(self.error(path, tag, message, help));
        };
        if known.release(&version).is_none() && !patches.contains_key(&version) {
            let message = format!("the image `{tag}` is of a patch of etcd that is not known");
            let help = "correct it, or add the patch and its date beside `images`";
            return Err(self.error(path, tag, message, help));
        }
        Ok(())
    }

    fn recommended(
        &self,
        prefix: &str,
        minor: EtcdMinor,
        version: &EtcdVersion,
        overlay: &EtcdOverlay,
        exists: bool,
    ) -> Result<(), Diagnostic> {
        let path = format!("{prefix}recommended.\"{minor}\"");
        let text = version.to_string();
        if version.minor() != minor {
            let message = format!("`{version}` is not a patch of etcd {minor}");
            let help = "recommend a patch of the minor that is the key";
            return Err(self.error(path, &text, message, help));
        }
        if !exists {
            let message = format!("etcd `{version}` is recommended, but no such patch is known");
            let help = "correct it, or add the patch and its date under `releases`";
            return Err(self.error(path, &text, message, help));
        }
        if overlay.avoid.iter().any(|range| (&range.from..=&range.to).contains(&version)) {
            let message = format!("etcd `{version}` is recommended and to be avoided");
            let help = "recommend another patch, or narrow the range under `avoid`";
            return Err(self.error(path, &text, message, help));
        }
        Ok(())
    }

    fn requirement(&self, path: &str, given: &EtcdRequirementOverlay) -> Result<(), Diagnostic> {
        let EtcdRequirementOverlay { default, minimum, accepted } = given;
        if let (Some(default), Some(minimum)) = (default, minimum)
            && minimum > default
        {
            let message = format!("the minimum `{minimum}` is newer than the default `{default}`");
            let help = "the minimum must not be newer than what is deployed by default";
            return Err(self.error(format!("{path}.minimum"), &minimum.to_string(), message, help));
        }
        let Some(accepted) = accepted else { return Ok(()) };
        if accepted.is_empty() {
            let message = "no etcd minor is accepted".to_owned();
            let help = "name at least one, or leave `accepted` out";
            return Err(self.error(format!("{path}.accepted"), "", message, help));
        }
        for (key, version) in [("default", default), ("minimum", minimum)] {
            if let Some(version) = version
                && !accepted.contains(&version.minor())
            {
                let message = format!(
                    "the {key} `{version}` is of etcd {}, which is not accepted",
                    version.minor()
                );
                let help = "add the minor under `accepted`, or correct the version";
                return Err(self.error(
                    format!("{path}.{key}"),
                    &version.to_string(),
                    message,
                    help,
                ));
            }
        }
        Ok(())
    }

    fn entry(
        &self,
        path: &str,
        entry: &EtcdEntryOverlay,
        exists: &dyn Fn(&EtcdVersion) -> bool,
    ) -> Result<(), Diagnostic> {
        let EtcdEntryOverlay { from, to, floor, safety_floor, .. } = entry;
        if *to != from.next() {
            let message = format!("etcd {to} does not follow etcd {from}");
            let help = "etcd moves one minor at a time; give one entry for each step";
            return Err(self.error(format!("{path}.to"), "", message, help));
        }
        for (key, version) in [("floor", floor), ("safetyFloor", safety_floor)] {
            let Some(version) = version else { continue };
            let text = version.to_string();
            if version.minor() != *from {
                let message = format!("the floor `{version}` is not a patch of etcd {from}");
                let help = "a floor is a patch of the minor that is left (`from`)";
                return Err(self.error(format!("{path}.{key}"), &text, message, help));
            }
            if !exists(version) {
                let message = format!("the floor `{version}` is not a known patch of etcd {from}");
                let help = "correct it, or add the patch and its date under `releases`";
                return Err(self.error(format!("{path}.{key}"), &text, message, help));
            }
        }
        if let (Some(floor), Some(safety)) = (floor, safety_floor)
            && safety > floor
        {
            let message = format!("the safety floor `{safety}` is newer than the floor `{floor}`");
            let help = "the safety floor must not be newer than the floor";
            return Err(self.error(
                format!("{path}.safetyFloor"),
                &safety.to_string(),
                message,
                help,
            ));
        }
        Ok(())
    }

    /// The rest of a catalog document.
    pub(super) fn catalog(
        &self,
        document: &CatalogDocument,
        known: &Releases,
    ) -> Result<(), Diagnostic> {
        let mut newest = known.newest().map(|release| release.minor);
        for (minor, release) in &document.releases {
            self.release(*minor, release, known)?;
            if known.minor(*minor).is_none() && newest.is_some_and(|newest| newest.next() != *minor)
            {
                let message = format!("Kubernetes {minor} does not follow a minor that is known");
                let help = "add the minors between, for no upgrade may skip one";
                let path = format!("releases.\"{minor}\"");
                return Err(self.error(path, &minor.to_string(), message, help));
            }
            newest = newest.max(Some(*minor));
        }
        let hazards = document.hazards.iter().map(|it| (it.id.as_str(), it.source.as_slice()));
        self.sourced("hazards", hazards)?;
        let bad = document.known_bad.iter().map(|it| (it.id.as_str(), it.source.as_slice()));
        self.sourced("knownBad", bad)?;
        for (index, entry) in document.known_bad.iter().enumerate() {
            self.known_bad(&format!("knownBad[{index}]"), entry)?;
        }
        Ok(())
    }

    /// Each entry has an id of its own and says where it can be looked up.
    fn sourced<'e>(
        &self,
        list: &str,
        entries: impl Iterator<Item = (&'e str, &'e [String])>,
    ) -> Result<(), Diagnostic> {
        let mut seen = BTreeSet::new();
        for (index, (id, source)) in entries.enumerate() {
            let path = format!("{list}[{index}]");
            if id.trim().is_empty() || !seen.insert(id) {
                let message = format!("the id `{id}` is empty or given twice");
                let help = "give each entry an id of its own";
                return Err(self.error(path + ".id", "", message, help));
            }
            if source.is_empty() {
                let message = format!("`{id}` names no source");
                let help = "say where it can be looked up: an address, or a ticket of your own";
                return Err(self.error(path + ".source", id, message, help));
            }
        }
        Ok(())
    }

    fn known_bad(&self, path: &str, entry: &KnownBad) -> Result<(), Diagnostic> {
        fn backwards<V: Ord>(fault: &Fault<V>) -> bool {
            fault.ranges.is_empty() || fault.ranges.iter().any(|range| range.from > range.to)
        }
        let wrong = match &entry.affected {
            Affected::Kubernetes(fault) => backwards(fault),
            Affected::Etcd(fault) => backwards(fault),
            Affected::Other(_) => false,
        };
        if !wrong {
            return Ok(());
        }
        let message = format!("`{}` has no range, or one that ends before it starts", entry.id);
        let help = "give the first and the last bad release as `from` and `to`";
        Err(self.error(format!("{path}.affected"), &entry.id, message, help))
    }

    fn release(
        &self,
        minor: MinorVersion,
        given: &ReleaseOverlay,
        known: &Releases,
    ) -> Result<(), Diagnostic> {
        let path = format!("releases.\"{minor}\"");
        let ReleaseOverlay { released, maintenance_start, end_of_life, patches, source: _ } = given;
        let before = known.minor(minor);
        if before.is_none() && (released.is_none() || end_of_life.is_none() || patches.is_empty()) {
            let message = format!("Kubernetes {minor} is new here and not described completely");
            let help = "a new minor requires `released`, `endOfLife` and `patches`";
            return Err(self.error(path, &minor.to_string(), message, help));
        }
        for version in patches.keys() {
            if version.minor() != minor || version.is_prerelease() {
                let message = format!("`{version}` is not a release of Kubernetes {minor}");
                let help = "put it under its own minor; pre-releases are not planned on";
                return Err(self.error(
                    format!("{path}.patches"),
                    &version.to_string(),
                    message,
                    help,
                ));
            }
        }
        let start = released.or(before.map(|release| release.released));
        let maintenance =
            maintenance_start.or(before.and_then(|release| release.maintenance_start));
        let end = end_of_life.or(before.map(|release| release.end_of_life));
        let dates: Vec<Date> = [start, maintenance, end].into_iter().flatten().collect();
        if !dates.is_sorted() {
            let message = format!("the dates of Kubernetes {minor} are not in order");
            let help = "requires `released`, then `maintenanceStart`, then `endOfLife`";
            return Err(self.error(path, &minor.to_string(), message, help));
        }
        let mut all: BTreeMap<&KubernetesVersion, Date> = BTreeMap::new();
        if let Some(release) = before {
            all.extend(release.patches.iter().map(|(version, date)| (version, *date)));
        }
        all.extend(patches.iter().map(|(version, date)| (version, *date)));
        self.ascending(&format!("{path}.patches"), all)
    }

    /// A newer patch must not be older in days.
    fn ascending<V: std::fmt::Display>(
        &self,
        path: &str,
        patches: impl IntoIterator<Item = (V, Date)>,
    ) -> Result<(), Diagnostic> {
        let mut last: Option<(V, Date)> = None;
        for (version, date) in patches {
            if let Some((earlier, day)) = &last
                && *day > date
            {
                let message = format!("`{version}` of {date} is older than `{earlier}` of {day}");
                let help = "correct the date: a newer patch cannot have an older one";
                return Err(self.error(path, &version.to_string(), message, help));
            }
            last = Some((version, date));
        }
        Ok(())
    }
}

/// Line and column, from 1, of a word that stands exactly once in the text.
fn locate(text: &str, word: &str) -> Option<(usize, usize)> {
    if word.is_empty() {
        return None;
    }
    let mut found = text.match_indices(word).filter(|(start, _)| {
        let rest = &text[start + word.len()..];
        !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '.')
    });
    let (start, _) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let before = &text[..start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use super::locate;

    #[test]
    fn a_line_is_shown_only_where_the_value_stands_once() {
        let text = "a: v3.5.3\nb: v3.5.30\nc: x\nd: x\n";
        assert_eq!(locate(text, "v3.5.3"), Some((1, 4)));
        assert_eq!(locate(text, "v3.5.30"), Some((2, 4)));
        assert_eq!(locate(text, "x"), None);
        assert_eq!(locate(text, ""), None);
    }
}
