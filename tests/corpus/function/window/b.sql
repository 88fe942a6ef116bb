create function rn() returns bigint window language internal immutable as 'window_row_number';
