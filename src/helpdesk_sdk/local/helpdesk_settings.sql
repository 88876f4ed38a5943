-- Webhooks may go to this computer: whoever develops a receiver has it here.
do $$
begin
  if to_regclass('helpdesk_private.delivery_settings') is not null then
    update helpdesk_private.delivery_settings set allow_loopback = true where not allow_loopback;
  end if;
end;
$$;
