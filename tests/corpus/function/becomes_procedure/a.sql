create function p() returns void language sql as 'select';
