create foreign data wrapper w options (a '1', b '2');
