"""Words that threads share: who has work for whom, and how much of it is done.

A desk is what a thread shares with the one that gives it work: words for the number of jobs given, whether it sleeps,
the last `JOBS` jobs (stages, number of the run, index of the thread, where a failure is told), and the number of the
last job done.

A stage is a vector: the address of its counts, the number of parts, the number of queues, the first part of each queue
and the number of parts again, the address of each part's calls. Counts are words `LINE` apart: how many parts are done,
and for each queue the last that was taken.
"""

LINE = 16  # words between what two threads write: two cache lines, as processors fetch them in pairs
JOBS = 4
GIVEN, ASLEEP, DONE, JOB = 0, LINE, 2 * LINE, 3 * LINE
DESK = JOB + 4 * JOBS
