create function f(text, text) returns boolean language internal immutable strict as 'starts_with';
