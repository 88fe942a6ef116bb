//! What the console shows: one file a screen, and the bar, keys and messages around them.

pub mod backups;
pub mod board;
pub mod choose;
pub mod chrome;
pub mod confirm;
pub mod draft;
pub mod drift;
pub mod error;
mod facts;
pub mod files;
pub mod fix;
pub mod help;
pub mod history;
pub mod lineage;
pub mod log;
pub mod login;
mod marks;
pub mod matrix;
pub mod migration;
pub mod new;
pub mod palette;
pub mod password;
pub mod plan;
pub mod prompt;
pub mod questions;
pub mod recovery;
pub mod report;
pub mod review;
pub mod stop;
pub mod window;

use ratatui::Frame;

use super::keymap::ScreenSpec;
use super::layer::Canvas;
use super::model::Model;
use super::theme::Theme;

/// Every screen and dialog. A new one is its file and a line here.
pub static SCREENS: &[&ScreenSpec] = &[
    &board::SPEC,
    &migration::SPEC,
    &drift::SPEC,
    &draft::SPEC,
    &lineage::SPEC,
    &matrix::SPEC,
    &history::SPEC,
    &plan::SPEC,
    &window::SPEC,
    &recovery::SPEC,
    &report::SPEC,
    &review::SPEC,
    &fix::SPEC,
    &backups::SPEC,
    &files::SPEC,
    &new::SPEC,
    &password::SPEC,
    &login::SPEC,
    &confirm::SPEC,
    &prompt::SPEC,
    &questions::SPEC,
    &choose::SPEC,
    &stop::SPEC,
    &log::SPEC,
    &error::SPEC,
    &help::SPEC,
    &palette::SPEC,
];

/// Draws everything. Pure: the same model and theme give the same picture.
pub fn view(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    chrome::background(theme, frame);
    if chrome::is_too_small(model.size) {
        return chrome::draw_too_small(model, theme, frame);
    }
    let bottom = model.layers.iter().rposition(|entry| !chrome::is_dialog(model, entry)).unwrap_or(0);
    chrome::draw_bar(model, theme, frame);
    for (index, entry) in model.layers.iter().enumerate().skip(bottom) {
        let area = model.area(index);
        if index > bottom {
            chrome::shade(model, theme, frame);
        }
        let canvas = Canvas {
            world: &model.world,
            keymap: &model.keymap,
            theme,
            area,
            focused: index + 1 == model.layers.len(),
        };
        entry.layer.draw(&canvas, frame);
    }
    chrome::draw_footer(model, theme, frame);
    chrome::draw_trouble(model, theme, frame);
    chrome::draw_toast(model, theme, frame);
}
