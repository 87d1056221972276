"""Gunicorn's gthread worker, made to hold under load, slow clients and shutdown.

What differs from Gunicorn's own:

- One thread has the event loop and answers requests itself; a request that takes long costs it the
  loop, which another thread goes on with (`lead`). The main thread sees to that (`worker`).
- A request is answered only when it is whole (`connection`), and what a client does not take of a
  reply is sent later (`clients`), so slow clients hold no thread.
- Requests stand in line. Beyond `most_at_work` of them the answer is 503, at once.
- Health checks do not stand in line.
- A request that has been at work for `HUNG_SECONDS` is answered 504 by the event loop; a worker
  that has lost many threads in this way is replaced.
- A stopping worker accepts whoever has connected: nobody is reset (`door`).
- Workers share connections evenly (`balance`).
- Running out of file descriptors pauses accepting instead of ending the worker.
- What Gunicorn's parser refuses is answered with a problem document (`answering`, `wire`).
- A signal that comes between the fork and the worker's handlers is not lost (`signals`).
"""
