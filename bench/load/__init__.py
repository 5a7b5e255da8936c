"""Load generators. Loopback only, bounded by a count and by seconds; each run prints one line of JSON.

requests   latency and throughput of one endpoint, closed loop (clients one after another) or open loop (`--rate`)
fanout     from the moment a POST is sent until the first, the median and the last of N sockets have the event
client     what they share: a small HTTP/1.1 and WebSocket client on asyncio protocols, so that a request costs the
           client some ten microseconds and the server is what is measured
"""
