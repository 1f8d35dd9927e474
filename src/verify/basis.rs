//! Whether what the plan was made from still holds.

use crate::finding::some;
use crate::inventory::Inventory;
use crate::plan::Layer;
use crate::plan::Plan;
use crate::plan::Provenance;

use super::codes::Code;
use super::facts::Facts;
use super::fit;
use super::report::Place;
use super::report::Report;

/// Compares the plan's provenance with what is at hand now.
pub(super) fn check(
    plan: &Plan,
    facts: &dyn Facts,
    inventory: Option<&Inventory>,
    report: &mut Report,
) {
    catalog(plan, facts, report);
    tool(plan, report);
    if let Some(inventory) = inventory {
        let same = digest(plan, inventory, report);
        fit::check(plan, inventory, same, report);
    }
}

/// The plan was made with this catalog: the same embedded data, and the same files over it.
fn catalog(plan: &Plan, facts: &dyn Facts, report: &mut Report) {
    let made_with = &plan.provenance.catalog;
    if made_with.digest == facts.digest() {
        return;
    }
    report.add(Code::CatalogMoved, Place::Key("provenance.catalog"), || {
        let at_hand = facts.overlays();
        layers(&made_with.overlays, &at_hand).unwrap_or_else(|| {
            let message = if made_with.as_of == facts.as_of() {
                format!(
                    "the plan was made with other data than those at hand, although both are as of {}",
                    made_with.as_of
                )
            } else {
                format!(
                    "the plan was made with data as of {}, not with the data at hand as of {}",
                    made_with.as_of,
                    facts.as_of()
                )
            };
            [message, "plan again, and compare the two plans".to_owned()]
        })
    });
}

/// What differs between the files that were laid over the data then and now, and what to do; a file
/// is known by what it changes, since its path may be another one now.
fn layers(then: &[Layer], now: &[Layer]) -> Option<[String; 2]> {
    let same =
        |layers: &[Layer], layer: &Layer| layers.iter().any(|it| it.changes == layer.changes);
    let gone: Vec<&Layer> = then.iter().filter(|layer| !same(now, layer)).collect();
    let new: Vec<&Layer> = now.iter().filter(|layer| !same(then, layer)).collect();
    let names = |layers: &[&Layer]| {
        some(&layers.iter().map(|layer| format!("`{}`", layer.name)).collect::<Vec<_>>())
    };
    let file = |layer: &Layer| layer.name.rsplit(['/', '\\']).next().map(str::to_owned);
    let changed: Vec<&Layer> =
        gone.iter().copied().filter(|layer| new.iter().any(|it| file(it) == file(layer))).collect();
    let pass =
        "pass the files that the plan was made with, by `--etcd-matrix FILE` or `--catalog FILE`";
    if !changed.is_empty() {
        let message = format!("{} has changed since the plan was made with it", names(&changed));
        return Some([message, "plan again, and compare the two plans".to_owned()]);
    }
    if !gone.is_empty() {
        let message =
            format!("the plan was made with {} laid over the data, which is missing", names(&gone));
        return Some([message, pass.to_owned()]);
    }
    (!new.is_empty()).then(|| {
        let message =
            format!("the plan was made without {}, which is laid over the data", names(&new));
        [message, "leave the file out, or plan again with it and compare the two plans".to_owned()]
    })
}

/// The plan was made by this version of the program.
fn tool(plan: &Plan, report: &mut Report) {
    let made_by = &plan.provenance.tool;
    if made_by != Provenance::TOOL {
        report.add(Code::ToolMoved, Place::Key("provenance.tool"), || {
            let made_by: String = made_by.chars().take(60).collect();
            [
                format!("the plan was made by `{made_by}`, this is `{}`", Provenance::TOOL),
                "plan again, and compare the two plans".to_owned(),
            ]
        });
    }
}

/// The plan was made from this inventory, or taken up again with it.
fn digest(plan: &Plan, inventory: &Inventory, report: &mut Report) -> bool {
    let (digest, at) = plan.looked_at();
    let same = digest == inventory.digest();
    if !same {
        report.add(Code::InventoryMoved, Place::Key("provenance.inventory"), || {
            let when = at.map(|at| format!(" of {at}")).unwrap_or_default();
            [
                format!("the plan was made from another inventory{when}"),
                "plan again if anything that matters has moved".to_owned(),
            ]
        });
    }
    same
}
