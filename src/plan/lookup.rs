//! Finding a step, and what to say where there is none.

use crate::diagnostic::Diagnostic;

use super::Plan;
use super::Step;
use super::StepId;

/// How many steps are named that were perhaps meant.
const NAMED: usize = 3;

impl Plan {
    /// The step with this id.
    ///
    /// # Errors
    ///
    /// A diagnostic with the steps that were probably meant.
    pub fn step(&self, id: StepId) -> Result<&Step, Diagnostic> {
        let found = self.steps().map(|(_, step)| step).find(|step| step.id == id);
        found.ok_or_else(|| self.unknown(id))
    }

    fn unknown(&self, id: StepId) -> Diagnostic {
        let wanted = id.to_string();
        let likeness = |step: &Step| strsim::jaro_winkler(&wanted, &step.id.to_string());
        let mut near: Vec<(f64, &Step)> =
            self.steps().map(|(_, step)| (likeness(step), step)).collect();
        near.sort_by(|left, right| right.0.total_cmp(&left.0));
        let named = near.iter().take(NAMED);
        let named: Vec<_> =
            named.map(|(_, step)| format!("{} ({})", step.id, step.title)).collect();
        let error = Diagnostic::error(format!("the plan has no step `{id}`"));
        if named.is_empty() {
            return error.help("the plan has no steps at all");
        }
        error.help(format!(
            "did you mean {}? `kubehop render PLAN -o md` lists all steps",
            named.join(", or ")
        ))
    }
}
