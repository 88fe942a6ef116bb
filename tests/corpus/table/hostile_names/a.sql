create schema "a schema; drop";
