console.log('open;
