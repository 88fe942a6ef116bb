//! What a piece of the screen is, as the themes name it.

/// Declares the roles once: the variant, its name in theme files, and what it is for.
macro_rules! roles {
    ($($variant:ident $name:literal $words:literal,)*) => {
        /// What a piece of text is. A theme gives each role a style.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Role {
            $(#[doc = $words] $variant,)*
        }

        impl Role {
            /// Every role, in the order of the variants.
            pub const ALL: &'static [Role] = &[$(Role::$variant,)*];
            /// How many roles there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The role's name in theme files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Role::$variant => $name,)* }
            }

            /// What the role is for, in words for the themes' documentation.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Role::$variant => $words,)* }
            }
        }
    };
}

roles! {
    Background "background" "The whole screen, before anything is drawn on it.",
    Text "text" "Ordinary text.",
    Dim "dim" "Text of second rank: ages, durations, units.",
    Faint "faint" "What should nearly vanish: unknown cells, filler.",
    Strong "strong" "Names and numbers that matter.",
    Heading "heading" "The heading of a part of a screen.",
    Accent "accent" "Tidegate's own colour, for the name and the cursor mark.",
    Border "border" "Frames and rules.",
    BorderFocus "border.focus" "The frame of the pane that has the keys.",
    Bar "bar" "The bar at the top.",
    BarStrong "bar.strong" "The program's and the screen's name in the bar at the top.",
    Footer "footer" "The words in the list of keys at the bottom.",
    Key "key" "A key that can be pressed.",
    Selection "selection" "The selected row.",
    SelectionIdle "selection.idle" "The selected row of a pane that has not the keys.",
    Match "match" "The letters that a filter found.",
    Scroll "scroll" "The track of a scroll bar.",
    ScrollThumb "scroll.thumb" "The thumb of a scroll bar.",
    Good "good" "Done and well.",
    Warn "warn" "Needs a look.",
    Bad "bad" "Wrong, failed, dangerous.",
    Info "info" "Under way, or worth knowing.",
    TierProduction "tier.production" "The label of a production environment, and the bar of its screens.",
    TierStaging "tier.staging" "The label of a staging environment, and the bar of its screens.",
    TierDevelopment "tier.development" "The label of a development environment, and the bar of its screens.",
    FrameProduction "frame.production" "Frames that belong to a production environment.",
    FrameStaging "frame.staging" "Frames that belong to a staging environment.",
    FrameDevelopment "frame.development" "Frames that belong to a development environment.",
    ReadOnly "read-only" "The words that say an environment is read-only.",
    StatusPending "status.pending" "In the files, not in the environment.",
    StatusOutOfOrder "status.out-of-order" "Pending, though a later one is applied.",
    StatusApplied "status.applied" "Applied.",
    StatusChanged "status.changed" "Applied, and the file was changed since.",
    StatusUnverified "status.unverified" "Applied, with no checksum on record.",
    StatusRolledBack "status.rolled-back" "Applied and rolled back.",
    StatusMissingFile "status.missing-file" "On record, with no file.",
    StatusFailed "status.failed" "The last attempt failed.",
    StatusInterrupted "status.interrupted" "Begun and not finished.",
    TypeCreate "type.create" "A migration that creates.",
    TypeAlter "type.alter" "A migration that alters.",
    TypeDrop "type.drop" "A migration that drops.",
    TypeSeed "type.seed" "A migration that seeds.",
    TypeFix "type.fix" "A migration that fixes data.",
    CodeKeyword "code.keyword" "SQL keywords.",
    CodeType "code.type" "SQL types.",
    CodeString "code.string" "SQL strings.",
    CodeNumber "code.number" "SQL numbers.",
    CodeComment "code.comment" "SQL comments.",
    CodeIdentifier "code.identifier" "SQL names.",
    CodeParameter "code.parameter" "SQL parameters.",
    CodeOperator "code.operator" "SQL operators and punctuation.",
    CodeFunction "code.function" "Functions called in SQL.",
    LineNumber "line-number" "Line numbers beside text.",
    DiffHeading "diff.heading" "The places of a diff.",
    DiffAdded "diff.added" "An added line.",
    DiffRemoved "diff.removed" "A removed line.",
    DiffAddedWord "diff.added.word" "The added words in a changed line.",
    DiffRemovedWord "diff.removed.word" "The removed words in a changed line.",
    Dialog "dialog" "The inside of a dialog.",
    DialogFrame "dialog.frame" "The frame of a dialog.",
    DialogDanger "dialog.danger" "The frame and title of a dialog that confirms danger.",
    Shade "shade" "What lies behind a dialog.",
    Button "button" "A button.",
    ButtonFocus "button.focus" "The button that Enter presses.",
    Input "input" "A line to type in.",
    InputHint "input.hint" "What an empty line suggests.",
    Toast "toast" "A passing message.",
    Trouble "trouble" "The frame of an error that stays.",
    GaugeDone "gauge.done" "The finished part of a progress bar.",
    GaugeRest "gauge.rest" "The rest of a progress bar.",
}
