create text search template tt (init = dsimple_init, lexize = dsimple_lexize);
comment on text search template tt is 'x';
create text search dictionary d (template = tt);
