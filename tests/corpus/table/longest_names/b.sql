
CREATE TABLE a_table_whose_name_is_as_long_as_a_name_can_be_on_such_a_server (two integer, one integer);
