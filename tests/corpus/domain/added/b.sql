create domain email as varchar(100) collate "C" default 'x' not null constraint at check (value like '%@%');
comment on domain email is 'x';
comment on constraint at on domain email is 'y';
