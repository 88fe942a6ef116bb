
CREATE TABLE z_parent (id integer PRIMARY KEY);
CREATE TABLE a_child (parent integer REFERENCES z_parent);
CREATE UNLOGGED TABLE b_parent (id integer PRIMARY KEY);
CREATE UNLOGGED TABLE a_part (parent integer REFERENCES b_parent);
