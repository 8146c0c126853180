-- wrk script: GET the address; POST_LUA names post.lua, whose last lines report.
dofile(os.getenv("POST_LUA"))
wrk.method="GET"
wrk.headers["Content-Type"]=nil
wrk.body=nil
