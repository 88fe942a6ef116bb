create domain d as int constraint e check (value > 0);
comment on constraint e on domain d is 'x';
