//! What several topics need to set the scene.
