create function f(text, text) returns boolean language internal immutable strict support text_starts_with_support as 'text_starts_with';
