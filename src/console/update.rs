//! What becomes of the model when something happens. Pure: no I/O, no waiting, no clock.

use super::key::Key;
use super::keymap::{Action, action};
use super::layer::{Availability, Command, Context, Layer};
use super::message::{Answer, Effect, LayerId, Message, Mouse, MouseAction};
use super::model::{Ending, GUARD, Model};
use super::view::{self, chrome};

/// How many rows one notch of the wheel moves.
const WHEEL: usize = 3;

/// Takes in what happened and says what is to be done outside.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut stale = true;
    match message {
        Message::Clock(moment) => {
            model.world.moment = moment;
            let passed = model.toast.as_ref().is_some_and(|toast| toast.until <= moment.uptime);
            if passed {
                model.toast = None;
            }
            stale = passed || model.layers.iter().any(|entry| entry.layer.is_moving(&model.world));
        }
        Message::Key(key) => press(model, key, &mut effects),
        Message::Paste(text) => {
            if guard_is_over(model) {
                on_top(model, &mut effects, |layer, context| layer.pasted(&text, context));
            }
        }
        Message::Mouse(mouse) => point(model, mouse, &mut effects),
        Message::Resize(size) => model.size = size,
        Message::Terminate(signal) => model.ending = Some(Ending::Terminated(signal)),
        Message::Suspend => effects.push(Effect::Suspend),
        Message::Resumed => effects.push(Effect::Redraw),
        Message::Log(line) => {
            model.world.log.push(line);
            stale = model.layers.iter().any(|entry| entry.layer.spec().name == view::log::SPEC.name);
        }
        Message::Trouble(trouble) => model.trouble(*trouble),
        Message::Notice(text) => model.say(text),
        Message::Files(news) => {
            model.world.take_files(news);
            count_approvals(model, &mut effects);
            tell_all(model, &mut effects);
        }
        Message::Commit(commit) => model.world.commit = commit,
        Message::Judged(judgement) => {
            model.world.judgement = Some(judgement);
            tell_all(model, &mut effects);
        }
        Message::Environment(news) => {
            model.world.take_environment(news);
            count_approvals(model, &mut effects);
            tell_all(model, &mut effects);
        }
        Message::Drift(event) => {
            if let Some(alert) = model.world.take_drift(event) {
                model.say(alert);
            }
            tell_all(model, &mut effects);
        }
        Message::Unfinished(unfinished) => {
            model.world.unfinished = Some(unfinished);
            tell_all(model, &mut effects);
        }
        Message::Answer { answer: Answer::Standings(environment, standings, checklists), .. } => {
            model.world.take_standings(environment, standings, checklists);
        }
        Message::Answer { to, answer } => {
            // Who asked may be gone by now; then nobody needs the answer.
            if let Some(index) = model.layers.iter().position(|entry| entry.id == to) {
                at(model, index, &mut effects, |layer, context| layer.answered(answer, context));
            }
        }
    }
    model.settle();
    model.stale |= stale;
    effects
}

/// Opens the first screens' work, once, before anything happened.
pub fn start(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    on_top(model, &mut effects, |layer, context| layer.opened(context));
    model.settle();
    effects
}

fn guard_is_over(model: &Model) -> bool {
    model
        .layers
        .last()
        .is_none_or(|entry| !entry.layer.is_guarded() || model.world.moment.uptime >= entry.opened + GUARD)
}

fn press(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    if !guard_is_over(model) {
        return;
    }
    let Some(entry) = model.layers.last() else { return };
    let screen = entry.layer.spec().name;
    let typing = entry.layer.is_typing();
    let wanted = if typing { model.keymap.action_while_typing(screen, key) } else { model.keymap.action(screen, key) };
    match wanted {
        Some(wanted) => act(model, wanted, effects),
        None if typing => on_top(model, effects, |layer, context| layer.typed(key, context)),
        None => {}
    }
}

/// Carries out an action on the topmost layer, where it is possible.
fn act(model: &mut Model, wanted: Action, effects: &mut Vec<Effect>) {
    let Some(entry) = model.layers.last() else { return };
    match entry.layer.availability(wanted, &model.world) {
        Availability::Yes => {}
        Availability::No(why) => return model.say(why),
        Availability::Hidden => return,
    }
    let own = entry.layer.spec();
    // An error stands over the screen, so it is nearer than the screen's own way back; a dialog stands over the error.
    let is_dialog = chrome::is_dialog(model, entry);
    if wanted == action::BACK && !is_dialog && dismiss(model) {
        return;
    }
    let declared = own.keys.iter().chain(own.shared.iter().flat_map(|set| set.bindings));
    if declared.into_iter().any(|binding| binding.action == wanted) {
        return on_top(model, effects, |layer, context| layer.act(wanted, context));
    }
    match wanted {
        action::BACK => back(model, effects),
        action::QUIT if model.layers.len() > 1 => on_top(model, effects, |layer, context| layer.leaving(context)),
        action::QUIT | action::STOP => model.ending = Some(Ending::Quit),
        action::HELP => open(model, Box::new(view::help::Help::of(own.name)), effects),
        action::PALETTE => open(model, Box::new(view::palette::Palette::of(own.name)), effects),
        action::LOG => open(model, Box::new(view::log::LogScreen::default()), effects),
        action::ERROR => match model.troubles.last() {
            Some(shown) => open(model, Box::new(view::error::ErrorScreen::of(shown.trouble.clone())), effects),
            None => model.say("There is no error to show."),
        },
        action::SUSPEND => effects.push(Effect::Suspend),
        action::REDRAW => effects.push(Effect::Redraw),
        _ => {}
    }
}

/// Dismisses the newest error; `false` where there is none.
fn dismiss(model: &mut Model) -> bool {
    let Some(shown) = model.troubles.last() else { return false };
    // One that has only just appeared was not meant by this key.
    if model.world.moment.uptime >= shown.since + GUARD {
        model.troubles.pop();
    }
    true
}

fn back(model: &mut Model, effects: &mut Vec<Effect>) {
    let stepped = model.layers.last_mut().is_some_and(|entry| entry.layer.step_back());
    if !stepped {
        on_top(model, effects, |layer, context| layer.leaving(context));
    }
}

/// Takes a layer away, with what stands on it. The first screen stays.
fn remove(model: &mut Model, id: LayerId) {
    match model.layers.iter().position(|entry| entry.id == id) {
        Some(0) | None => {}
        Some(index) => model.layers.truncate(index),
    }
}

fn open(model: &mut Model, layer: Box<dyn Layer>, effects: &mut Vec<Effect>) {
    model.push(layer);
    on_top(model, effects, |layer, context| layer.opened(context));
}

fn point(model: &mut Model, mouse: Mouse, effects: &mut Vec<Effect>) {
    if !guard_is_over(model) || model.layers.is_empty() {
        return;
    }
    let top = model.layers.len() - 1;
    match mouse.what {
        MouseAction::WheelUp | MouseAction::WheelDown => {
            let step = if mouse.what == MouseAction::WheelUp { action::UP } else { action::DOWN };
            for _ in 0..WHEEL {
                on_top(model, effects, |layer, context| layer.wheeled(step, mouse.at, context));
            }
        }
        MouseAction::Click => {
            if let Some(wanted) = chrome::key_at(model, mouse.at) {
                act(model, wanted, effects);
            } else if model.area(top).contains(mouse.at) {
                on_top(model, effects, |layer, context| layer.clicked(mouse.at, context));
            }
        }
    }
}

/// Has the approvals counted where the files, a history or what was approved are other ones now.
fn count_approvals(model: &mut Model, effects: &mut Vec<Effect>) {
    // Every screen shows them, so nobody in particular asks.
    let Some(first) = model.layers.first().map(|entry| entry.id) else { return };
    effects.extend(model.world.uncounted().into_iter().map(|work| Effect::Work(first, work)));
}

/// Lets every layer know that what it shows may be another thing now.
fn tell_all(model: &mut Model, effects: &mut Vec<Effect>) {
    let ids: Vec<LayerId> = model.layers.iter().map(|entry| entry.id).collect();
    for id in ids {
        if let Some(index) = model.layers.iter().position(|entry| entry.id == id) {
            at(model, index, effects, |layer, context| layer.noticed(context));
        }
    }
}

fn on_top(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    tell: impl FnOnce(&mut dyn Layer, &Context<'_>) -> Vec<Command>,
) {
    if let Some(top) = model.layers.len().checked_sub(1) {
        at(model, top, effects, tell);
    }
}

fn at(
    model: &mut Model,
    index: usize,
    effects: &mut Vec<Effect>,
    tell: impl FnOnce(&mut dyn Layer, &Context<'_>) -> Vec<Command>,
) {
    let area = model.area(index);
    let context = Context { world: &model.world, keymap: &model.keymap, area };
    let entry = &mut model.layers[index];
    let id = entry.id;
    for command in tell(entry.layer.as_mut(), &context) {
        carry_out(model, id, command, effects);
    }
}

fn carry_out(model: &mut Model, from: LayerId, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Open(layer) => open(model, layer, effects),
        Command::Close => remove(model, from),
        Command::CloseAndAct(wanted) => {
            remove(model, from);
            act(model, wanted, effects);
        }
        Command::Hand(answer) => {
            remove(model, from);
            on_top(model, effects, |layer, context| layer.answered(answer, context));
        }
        Command::Toast(text) => model.say(text),
        Command::Trouble(trouble) => model.trouble(*trouble),
        Command::Copy { what, text } => {
            model.say(format!("Copied {what}."));
            effects.push(Effect::Copy(text));
        }
        Command::Work(work) => effects.push(Effect::Work(from, work)),
        Command::Window(order) => effects.push(Effect::Window(from, order)),
        Command::LookForUnfinished => effects.push(Effect::LookForUnfinished),
        Command::Compare(sides) => effects.push(Effect::Compare(from, sides)),
        Command::GiveUp => effects.push(Effect::GiveUp(from)),
        Command::Draft(order) => effects.push(Effect::Draft(from, order)),
        Command::FillMatrix(pairs) => effects.push(Effect::FillMatrix(from, pairs)),
        Command::Edit(files) => effects.push(Effect::Edit(files)),
        Command::Typed(action, text) => {
            remove(model, from);
            on_top(model, effects, |layer, context| layer.told(action, &text, context));
        }
        Command::Replace(layer) => {
            remove(model, from);
            open(model, layer, effects);
        }
        Command::Refresh(environment) => effects.push(Effect::Refresh(environment)),
        Command::SupplyPassword(environment, password) => {
            effects.push(Effect::SupplyPassword(environment, password));
        }
        Command::Confirmed(confirmed) => {
            remove(model, from);
            on_top(model, effects, |layer, context| layer.confirmed(confirmed, context));
        }
        Command::Quit => model.ending = Some(Ending::Quit),
    }
}
