-- wrk script: POST each body in the file $TBODIES once, one a line, with $TAUTH as Authorization; POST_LUA names post.lua.
dofile(os.getenv("POST_LUA"))
local requests, at = {}, 0
init=function(args)
  for body in io.lines(os.getenv("TBODIES")) do requests[#requests+1]=wrk.format(nil,nil,nil,body) end
end
request=function()
  at=at+1
  -- Connections that are served in the same round still want one: a few are left for them.
  if at>=#requests-64 then wrk.thread:stop() end
  return requests[math.min(at,#requests)]
end
