create function f(text, text) returns boolean language internal immutable strict as 'text_starts_with';
