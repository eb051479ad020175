; Control and model-specific registers: values that they refuse, and what they read back.

guest:
        TRY msr_unknown, "rdmsr of an unknown register"
        mov ecx, 0x12345678
        HERE .at
        rdmsr
        ENDTRY
        TRY msr_write_unknown, "wrmsr of an unknown register"
        mov ecx, 0x12345678
        HERE .at
        wrmsr
        ENDTRY
        TRY cr0_nw, "CR0.NW without CR0.CD"
        mov eax, 0x20000011
        HERE .at
        mov cr0, eax
        ENDTRY

        TRY cr0_et, "CR0.ET cannot be cleared"
        mov eax, cr0
        and eax, ~0x10
        mov cr0, eax
        mov eax, cr0
        ENDTRY
        TRY lmsw_pe, "lmsw cannot clear PE"
        mov ax, 0x0E
        lmsw ax
        mov ax, 0
        lmsw ax
        mov eax, cr0
        ENDTRY
        TRY cr3_bits, "CR3 keeps its low bits"
        mov eax, 0x12345018
        mov cr3, eax
        xor eax, eax
        mov eax, cr3
        ENDTRY
        TRY cr2_any, "CR2 holds anything"
        mov eax, 0x87654321
        mov cr2, eax
        xor eax, eax
        mov eax, cr2
        ENDTRY
        TRY cr4_bits, "CR4: TSD, DE, PSE, PGE, PCE"
        mov eax, 0x19C
        mov cr4, eax
        mov eax, cr4
        ENDTRY
        xor eax, eax
        mov cr4, eax
        TRY dr6_bits, "DR6 written with zeros and ones"
        xor eax, eax
        mov dr6, eax
        mov ebx, dr6
        mov eax, 0xFFFF2FFF
        mov dr6, eax
        mov eax, dr6
        rol ebx, 4
        xor eax, ebx
        ENDTRY
        TRY dr7_bits, "DR7 written with zeros"
        xor eax, eax
        mov dr7, eax
        mov eax, dr7
        ENDTRY
        TRY sysenter_msrs, "the SYSENTER registers"
        mov ecx, 0x175
        mov eax, 0x12345678
        xor edx, edx
        wrmsr
        xor eax, eax
        rdmsr
        ENDTRY
        TRY cpuid_vendor, "cpuid 0"
        xor eax, eax
        cpuid
        mov eax, ebx
        ENDTRY
        TRY flags_id, "EFLAGS.ID can be changed"
        pushfd
        pop eax
        xor eax, 0x200000
        push eax
        popfd
        pushfd
        pop eax
        and eax, 0x200000
        ENDTRY
        TRY tsc_order, "rdtsc grows"
        rdtsc
        mov ebx, eax
        mov ecx, edx
        rdtsc
        sub eax, ebx
        sbb edx, ecx
        mov eax, edx
        ENDTRY
        TRY rdpmc_ring3, "rdpmc in ring 3 without CR4.PCE"
        RING 3
        xor ecx, ecx
        HERE .at
        rdpmc
        ENDTRY
        TRY cr0_paging, "CR0.PG without CR0.PE"
        mov eax, 0x80000010
        HERE .at
        mov cr0, eax
        ENDTRY
        TRY cr4_reserved, "a reserved bit in CR4"
        mov eax, 0x02000000
        HERE .at
        mov cr4, eax
        ENDTRY
        ret
