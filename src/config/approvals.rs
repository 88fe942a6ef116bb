//! Which approvals a migration needs before it may be applied, and who may give them.

use crate::review::approval::Approval;

/// What is demanded for each kind of approval.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalRules([ApprovalRule; Approval::ALL.len()]);

/// What one kind of approval demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRule {
    /// The database roles that may give it, themselves or by way of a membership; none lets any role give it.
    pub roles: Vec<String>,
    /// By how many roles it has to be given.
    pub count: u32,
}

impl Default for ApprovalRule {
    fn default() -> Self {
        Self { roles: Vec::new(), count: 1 }
    }
}

impl ApprovalRules {
    /// What this kind demands.
    pub fn rule(&self, approval: Approval) -> &ApprovalRule {
        &self.0[approval as usize]
    }

    /// The same with another rule for one kind.
    #[must_use]
    pub fn with(mut self, approval: Approval, rule: ApprovalRule) -> Self {
        self.0[approval as usize] = rule;
        self
    }
}
