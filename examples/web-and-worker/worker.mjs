let job = 0;
setInterval(() => console.log(`${process.env.SUPERVISOR_PROCESS_NAME} did job ${job++}`), 1000);
